/** Blocks that are shown from inside, in their place: the layers within, how large the frame around them is, and where all lies. */
import type { Doc } from "./document";
import { type Direction, kept, seen } from "./direction";
import type { Point } from "./route";
import { SIZE, TITLE } from "./size";
import { type Grown, type Spread, spreadOf } from "./spread";
import type { Edge, Input, NodeView } from "./wire";

export type Size = typeof SIZE;

/** The inside of an instance as the document has it; undefined while it is not shown, or not known yet. */
export type Inside = (key: string) => Doc | undefined;

/** All that is seen: what lies inside is called after the instance that it lies in, `unit/conv`. */
export interface Expanded {
  doc: Doc;
  /** By instance, what lies directly inside; its inputs are no layers, but dots of the frame. */
  frames: ReadonlyMap<string, readonly string[]>;
}

const ROOM = { title: TITLE + 8, dots: 34, side: 22 }; // pixels between a frame and what is inside
const LEAST: Size = { width: 300, height: 150 };

export function expanded(doc: Doc, inside: Inside): Expanded {
  const frames = new Map<string, string[]>();
  let all: Map<string, NodeView> | undefined;
  const open = (key: string) => {
    const inner = inside(key);
    if (!inner) return;
    all ??= new Map(doc);
    const children: string[] = [];
    frames.set(key, children);
    for (const node of inner.values()) {
      const own = `${key}/${node.key}`;
      all.set(own, { ...node, key: own, inputs: node.inputs.map(([source, output, port]): Input => [`${key}/${source}`, output, port]) });
      if (!isBlockInput(node)) children.push(own);
      open(own);
    }
  };
  for (const key of doc.keys()) open(key);
  return { doc: all ?? doc, frames };
}

export function isBlockInput(node: NodeView | undefined): boolean {
  return node?.layer.type === "BlockInput";
}

/** The instance that a layer lies in, by its name as it is seen; empty at the top. */
export function around(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

/** How the ends of a frame are called where they are seen from inside. */
export const dotIn = (port: string) => `in:${port}`;
export const dotOut = (output: number) => `out:${output}`;

/** The connections from what lies inside to what a frame gives out: the layers whose names its outputs bear. */
export function outward({ doc, frames }: Expanded): { edge: Edge; frame: string; output: number }[] {
  return [...frames.keys()].flatMap((frame) =>
    (doc.get(frame)?.outputs ?? []).flatMap((name, output) => {
      const source = `${frame}/${name}`;
      return doc.has(source) ? [{ edge: { source, output: 0, target: frame, port: dotOut(output) }, frame, output }] : [];
    }),
  );
}

/** Where something is seen, within what it lies in, and how large. */
export interface Seen {
  at: Point;
  size: Size;
}

export interface Scene extends Expanded {
  direction: Direction;
  places: ReadonlyMap<string, Seen>;
  /** Where a place of the document is seen. */
  seen(place: Point): Point;
  /** The place of the document at a point that is seen; with `moved`, that of the block whose corner is seen there. */
  kept(point: Point, moved?: string): Point;
}

export function sceneOf(shown: Expanded, direction: Direction): Scene {
  const places = new Map<string, Seen>();
  const sizes = new Map<string, Size>();
  const lay = (keys: readonly string[]): { spread: Spread; grown: Map<string, Grown> } => {
    const grown = new Map<string, Grown>();
    for (const key of keys) {
      const children = shown.frames.get(key);
      const node = shown.doc.get(key);
      if (!children || !node) continue;
      lay(children);
      const size = framed(children, places, direction);
      sizes.set(key, size);
      grown.set(key, { ...seen(node, direction), wider: size.width - SIZE.width, higher: size.height - SIZE.height });
    }
    const spread = spreadOf([...grown.values()], direction);
    for (const key of keys) {
      const node = shown.doc.get(key);
      const size = sizes.get(key) ?? SIZE;
      if (node) places.set(key, { at: corner(spread.out(seen(node, direction)), size, direction, -1), size });
    }
    return { spread, grown };
  };
  const { spread, grown } = lay([...shown.doc.keys()].filter((key) => !key.includes("/")));
  return {
    ...shown,
    direction,
    places,
    seen: (place) => spread.out(seen(place, direction)),
    kept: (point, moved) => {
      const size = (moved !== undefined && sizes.get(moved)) || SIZE;
      // Its own room comes along with a block.
      const others = moved !== undefined && grown.has(moved) ? spreadOf([...grown].flatMap(([key, one]) => (key === moved ? [] : one)), direction) : spread;
      return kept(others.back(corner(point, size, direction, 1)), direction);
    },
  };
}

/** From the corner of a layer to that of the frame that is seen in its place (-1), or back (1): their middles are in line. */
function corner({ x, y }: Point, size: Size, direction: Direction, way: 1 | -1): Point {
  return direction === "down" ? { x: x + (way * (size.width - SIZE.width)) / 2, y } : { x, y: y + (way * (size.height - SIZE.height)) / 2 };
}

/** Put what is inside where its frame leaves room, and tell how large the frame is. */
function framed(children: readonly string[], places: Map<string, Seen>, direction: Direction): Size {
  const inside = children.flatMap((key) => places.get(key) ?? []);
  const down = direction === "down";
  const [left, top] = [Math.min(...inside.map(({ at }) => at.x)), Math.min(...inside.map(({ at }) => at.y))];
  const [before, above] = [down ? ROOM.side : ROOM.dots, down ? ROOM.title + ROOM.dots : ROOM.title];
  for (const one of inside) one.at = { x: one.at.x - left + before, y: one.at.y - top + above };
  const right = Math.max(0, ...inside.map(({ at, size }) => at.x + size.width));
  const bottom = Math.max(0, ...inside.map(({ at, size }) => at.y + size.height));
  const size = { width: Math.max(LEAST.width, right + before), height: Math.max(LEAST.height, bottom + (down ? ROOM.dots : ROOM.side)) };
  // What is smaller than its frame stands in the middle of it.
  const aside = (size.width - right - before) / 2;
  for (const one of inside) one.at = { ...one.at, x: one.at.x + aside };
  return size;
}
