/** The document as the canvas holds it: nodes by key, each with what comes into it. Never changed, only replaced. */
import type { Edge, Incoming, NodeView } from "./wire";

export type Doc = ReadonlyMap<string, NodeView>;

export const EMPTY: Doc = new Map();

/** The document after a message, whose changes are counted from `base`. */
export function merge(base: Doc, { nodes, gone }: Pick<Incoming, "nodes" | "gone">): Doc {
  const merged = new Map(base);
  for (const key of gone) merged.delete(key);
  for (const node of nodes) merged.set(node.key, node);
  return merged;
}

/** Every connection, in the document's order at each port. */
export function edgesOf(doc: Doc): Edge[] {
  return [...doc.values()].flatMap((node) =>
    node.inputs.map(([source, output, port]) => ({ source, output, target: node.key, port })),
  );
}

/** What tells one connection from another. */
export function edgeId({ source, output, target, port }: Edge): string {
  return `${source} ${output} ${target} ${port}`;
}

/** The nodes whose output nobody takes yet, in the document's order. */
export function ends(doc: Doc): NodeView[] {
  const taken = new Set([...doc.values()].flatMap((node) => node.inputs.map(([source]) => source)));
  return [...doc.values()].filter((node) => !taken.has(node.key));
}

/** A free name: the wanted one, else the next number of its stem, as builder.names gives it. */
export function freshName(wanted: string, taken: { has(name: string): boolean }): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, "").slice(0, 58);
  let number = 1;
  while (taken.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}
