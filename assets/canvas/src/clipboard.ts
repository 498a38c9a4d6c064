/** Copied layers as text: a network document of its own, so that they can be pasted into another project, or a mail. */
import { type Doc, edgesOf, freshName } from "./document";
import type { CopiedNode, Edge, Edit } from "./wire";

const MOST_CHARACTERS = 5_000_000;
const SHIFT = 40; // pixels that a copy stands beside its original

export interface Copied {
  nodes: CopiedNode[];
  edges: Edge[];
}

export function copied(doc: Doc, keys: readonly string[]): Copied {
  const chosen = new Set(keys);
  const nodes = [...doc.values()].filter((node) => chosen.has(node.key));
  return {
    nodes: nodes.map(({ id, layer, shares, x, y }) => ({ id, layer, ...(shares ? { shares } : {}), x, y })),
    edges: edgesOf(doc).filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
  };
}

export function asText(copy: Copied): string {
  return JSON.stringify({ version: 1, ...copy }, null, 1);
}

/** What is in the clipboard, if it looks like layers; whether they are any is for Python to judge. */
export function fromText(text: string): Copied | null {
  if (text.length > MOST_CHARACTERS || !text.trimStart().startsWith("{")) return null;
  try {
    const { nodes, edges = [] } = JSON.parse(text);
    const layers = Array.isArray(nodes) && nodes.length > 0 && nodes.every((node) => typeof node?.layer?.type === "string");
    if (!layers || !Array.isArray(edges)) return null;
    return {
      nodes: nodes.map(({ id, layer, shares, x = 0, y = 0 }) => ({ id, layer, ...(shares ? { shares } : {}), x, y })),
      edges: edges.map(({ source, output = 0, target, port = "inputs" }) => ({ source, output, target, port })),
    };
  } catch {
    return null;
  }
}

/** The edit that adds a copy, under names that are free here; `times` counts how often it has been pasted before. */
export function paste(doc: Doc, { nodes, edges }: Copied, times: number): Extract<Edit, { type: "Paste" }> {
  const taken = new Set(doc.keys());
  const names = new Map<string, string>();
  for (const { id } of nodes) {
    const name = freshName(String(id), taken);
    taken.add(name);
    names.set(id, name);
  }
  const named = (id: string) => names.get(id) ?? id;
  const shift = SHIFT * (times + 1);
  return {
    type: "Paste",
    nodes: nodes.map((node) => ({ ...node, id: named(node.id) })),
    edges: edges
      .filter((edge) => names.has(edge.source) && names.has(edge.target))
      .map((edge) => ({ ...edge, source: named(edge.source), target: named(edge.target) })),
    dx: shift,
    dy: shift,
  };
}
