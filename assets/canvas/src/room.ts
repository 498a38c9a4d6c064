/** Where new nodes stand; the same rules as builder/edits/room.py, so that nothing jumps when Python answers. */
import { type Doc, edgesOf } from "./document";
import type { NodeView } from "./wire";

export const WIDTH = 240;
export const HEIGHT = 110;
export const STEP = 130;

/** The first x from `x` on to the right where a node at height y overlaps no other. */
export function freeX(doc: Doc, x: number, y: number): number {
  const near = [...doc.values()].filter((node) => Math.abs(node.y - y) < HEIGHT).map((node) => node.x);
  for (const other of near.sort((a, b) => a - b)) if (Math.abs(other - x) < WIDTH) x = other + WIDTH;
  return x;
}

/** How far to the right copies of some nodes stand so that they overlap no other. */
export function freeAside(doc: Doc, nodes: readonly { x: number; y: number }[]): number {
  const [left, right] = [Math.min(...nodes.map(({ x }) => x)), Math.max(...nodes.map(({ x }) => x))];
  const there = [...doc.values()];
  const covers = (dx: number) => nodes.some(({ x, y }) => there.some((other) => Math.abs(other.x - x - dx) < WIDTH && Math.abs(other.y - y) < HEIGHT));
  let dx = right - left + WIDTH;
  while (covers(dx)) dx += WIDTH / 4;
  return dx;
}

/** The document, with all that follows `added` moved down as far as its nearest successor overlaps it. */
export function makeRoom(doc: Doc, added: NodeView): Doc {
  const after = new Map<string, string[]>();
  for (const { source, target } of edgesOf(doc)) after.set(source, [...(after.get(source) ?? []), target]);
  const next = (after.get(added.key) ?? []).map((key) => doc.get(key)).filter((node) => node !== undefined);
  const near = next.filter((node) => Math.abs(node.x - added.x) < WIDTH && node.y > added.y - STEP);
  const down = added.y + STEP - Math.min(...near.map((node) => node.y));
  if (!(down > 0)) return doc;
  const found = new Set([added.key]);
  for (const key of found) for (const target of after.get(key) ?? []) found.add(target);
  found.delete(added.key);
  const moved = new Map(doc);
  for (const key of found) {
    const node = doc.get(key);
    if (node) moved.set(key, { ...node, y: node.y + down });
  }
  return moved;
}
