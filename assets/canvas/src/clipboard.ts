/** Copied layers as text: a network document of its own, so that they can be pasted into another project, or a mail. */
import { type Doc, edgesOf, freshName } from "./document";
import type { BlockDocument, CopiedNode, Edge, Edit } from "./wire";

const MOST_CHARACTERS = 5_000_000;
const MOST_CODE = 1_000_000;
const SHIFT = 40; // pixels that a copy stands beside its original

export interface Copied {
  nodes: CopiedNode[];
  edges: Edge[];
  /** The blocks that the nodes are instances of, each after those that it uses itself. */
  blocks: BlockDocument[];
}

export function copied(doc: Doc, keys: readonly string[], library: readonly BlockDocument[] = []): Copied {
  const chosen = new Set(keys);
  const nodes = [...doc.values()].filter((node) => chosen.has(node.key)).map(asCopy);
  return {
    nodes,
    edges: edgesOf(doc).filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
    blocks: used(nodes, library),
  };
}

function asCopy({ id, layer, shares, disabled, x, y }: CopiedNode): CopiedNode {
  return { id, layer, ...(shares ? { shares } : {}), ...(disabled ? { disabled } : {}), x, y };
}

/** The blocks that nodes use, and those that these use, in the order of the document. */
function used(nodes: readonly CopiedNode[], library: readonly BlockDocument[]): BlockDocument[] {
  const names = new Set(nodes.map(({ layer }) => layer.block));
  const later = [...library].reverse().filter((block) => {
    if (!names.has(block.name)) return false;
    for (const { layer } of block.nodes) names.add(layer.block);
    return true;
  });
  return later.reverse();
}

/** What a connection needs to be inserted again, and a network to be duplicated: copies keep what comes from outside. */
export function feeding(doc: Doc, keys: readonly string[]): Edge[] {
  const chosen = new Set(keys);
  return edgesOf(doc).filter((edge) => chosen.has(edge.target) && !chosen.has(edge.source));
}

export function asText({ nodes, edges, blocks }: Copied): string {
  return JSON.stringify({ version: 1, nodes, edges, ...(blocks.length ? { blocks } : {}) }, null, 1);
}

/** What is in the clipboard, if it looks like layers; whether they are any is for Python to judge. */
export function fromText(text: string): Copied | null {
  if (text.length > MOST_CHARACTERS || !text.trimStart().startsWith("{")) return null;
  try {
    const { nodes, edges = [], blocks = [] } = JSON.parse(text);
    const layers = Array.isArray(nodes) && nodes.length > 0 && nodes.every((node) => typeof node?.layer?.type === "string");
    if (!layers || !Array.isArray(edges) || !Array.isArray(blocks)) return null;
    return {
      nodes: nodes.map(({ x = 0, y = 0, ...node }) => asCopy({ ...node, x, y })),
      edges: edges.map(({ source, output = 0, target, port = "inputs" }) => ({ source, output, target, port })),
      blocks,
    };
  } catch {
    return null;
  }
}

/** Whether a text looks like Python that makes layers; what it means is for Python to read. */
export function isCode(text: string): boolean {
  return text.length <= MOST_CODE && /\b(keras|Sequential|layers|tf)\s*\.|\b(Sequential|Model|Input)\s*\(|\.add\s*\(|^\s*[A-Z]\w*\(.*\)\s*,?\s*$/m.test(text);
}

/** The edit that adds a copy, under names that are free here; `times` counts how often it has been pasted before. */
export function paste(doc: Doc, { nodes, edges, blocks }: Copied, times: number): Extract<Edit, { type: "Paste" }> {
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
    ...(blocks.length ? { blocks } : {}),
    dx: shift,
    dy: shift,
  };
}
