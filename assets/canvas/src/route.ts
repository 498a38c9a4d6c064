/**
 * The way of each connection around the layers: a curve where nothing stands between, else down a lane beside them.
 * It follows from where the layers stand, so whoever moves one needs no layout for it. All points here count downwards: where
 * layers go from left to right, the picture comes in turned and its paths go out turned back.
 */
import { type Direction, turned } from "./direction";

export interface Point {
  x: number;
  y: number;
}

/** A connection as it lies at rest. */
export interface Route {
  from: Point;
  to: Point;
  /** Where it changes its direction, from one end to the other; none: a curve leads straight there. */
  lane: readonly Point[];
}

/** A node, as far as it stands in the way. */
export interface Box extends Point {
  id: string;
  width: number;
  height: number;
}

const CLEAR = 14; // pixels between a lane and what it passes
const APART = 9; // pixels between two lanes side by side
const LEAD = 30; // pixels that a connection needs to come into its lane, and out of it
const STEP = 40; // pixels between two points at which a curve is looked at: less than a layer is high
const ROW = 200; // pixels: nodes are looked up by the strip that they lie in

/** What is to be led from one node to another. */
export interface Ends {
  id: string;
  source: string;
  target: string;
  from: Point;
  to: Point;
}

/** All routes, by the connection's id. */
export function routes(boxes: readonly Box[], lines: readonly Ends[]): Map<string, Route> {
  const strips = inStrips(boxes);
  const taken: { x: number; top: number; bottom: number }[] = [];
  const found = new Map<string, Route>();
  for (const line of lines) {
    const { from, to } = line;
    const others = between(strips, from.y, to.y).filter(({ id }) => !holds(id, line.source) && !holds(id, line.target));
    const blocked = to.y > from.y && others.length > 0 && curve(from, to).some((point) => others.some((box) => covers(box, point)));
    found.set(line.id, { from, to, lane: blocked ? down(from, to, others, taken) : [] });
  }
  return found;
}

/** Whether a box is the layer itself, or a frame that it lies in. */
function holds(box: string, layer: string): boolean {
  return box === layer || layer.startsWith(`${box}/`);
}

/** The lane that is nearest to both ends, beside all that stands between them. */
function down(from: Point, to: Point, others: readonly Box[], taken: { x: number; top: number; bottom: number }[]): Point[] {
  const top = from.y + LEAD;
  const bottom = to.y - LEAD;
  if (bottom <= top) return [];
  const inTheWay = others.filter((box) => box.y + box.height > top && box.y < bottom);
  const used = taken.filter((lane) => lane.top < bottom && lane.bottom > top);
  const isFree = (x: number) =>
    inTheWay.every((box) => x < box.x - CLEAR + 1 || x > box.x + box.width + CLEAR - 1) && used.every((lane) => Math.abs(lane.x - x) >= APART);
  const beside = inTheWay.flatMap((box) => [box.x - CLEAR, box.x + box.width + CLEAR]);
  const beyond = used.flatMap((lane) => [lane.x - APART, lane.x + APART]);
  const detour = (x: number) => Math.abs(x - from.x) + Math.abs(x - to.x);
  const x = [from.x, to.x, ...beside, ...beyond].sort((a, b) => detour(a) - detour(b)).find(isFree);
  if (x === undefined) return [];
  taken.push({ x, top, bottom });
  return [
    { x, y: top },
    { x, y: bottom },
  ];
}

/** The route as a path of SVG. */
export function drawn({ from, to, lane }: Route, direction: Direction): string {
  const points = [from, ...lane, to];
  const at = (point: Point) => {
    const { x, y } = direction === "down" ? point : turned(point);
    return `${x} ${y}`;
  };
  return points.slice(1).reduce((path, point, index) => {
    const before = points[index] ?? from;
    return path + (point.x === before.x ? `L${at(point)}` : `C${[...controls(before, point), point].map(at).join()}`);
  }, `M${at(from)}`);
}

/** A point that lies on the route, about in its middle. */
export function middle({ from, to, lane }: Route, direction: Direction): Point {
  const [a = from, b = to] = lane;
  const point = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  return direction === "down" ? point : turned(point);
}

/** Whether what is written in its middle must go upwards, so that it does not reach into the layers that its lane passes. */
export function narrow({ lane }: Route, direction: Direction): boolean {
  return lane.length > 0 && direction === "down";
}

/** The same bow as React Flow's own, so that a connection does not jump when a drag begins. */
function controls(from: Point, to: Point): [Point, Point] {
  const distance = to.y - from.y;
  const reach = distance >= 0 ? distance / 2 : 0.25 * 25 * Math.sqrt(-distance);
  return [
    { x: from.x, y: from.y + reach },
    { x: to.x, y: to.y - reach },
  ];
}

function curve(from: Point, to: Point): Point[] {
  const [a, b] = controls(from, to);
  const count = Math.max(12, Math.ceil((Math.abs(to.x - from.x) + Math.abs(to.y - from.y)) / STEP));
  return Array.from({ length: count - 1 }, (_, index) => {
    const t = (index + 1) / count;
    const u = 1 - t;
    const at = (p: number, q: number, r: number, s: number) => u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
    return { x: at(from.x, a.x, b.x, to.x), y: at(from.y, a.y, b.y, to.y) };
  });
}

function covers(box: Box, { x, y }: Point): boolean {
  const near = CLEAR / 2;
  return x > box.x - near && x < box.x + box.width + near && y > box.y - near && y < box.y + box.height + near;
}

function inStrips(boxes: readonly Box[]): Map<number, Box[]> {
  const strips = new Map<number, Box[]>();
  for (const box of boxes) {
    for (let strip = Math.floor(box.y / ROW); strip <= Math.floor((box.y + box.height) / ROW); strip += 1) {
      const there = strips.get(strip);
      if (there) there.push(box);
      else strips.set(strip, [box]);
    }
  }
  return strips;
}

function between(strips: ReadonlyMap<number, Box[]>, top: number, bottom: number): Box[] {
  const found = new Set<Box>();
  for (let strip = Math.floor(top / ROW); strip <= Math.floor(bottom / ROW); strip += 1) {
    for (const box of strips.get(strip) ?? []) found.add(box);
  }
  return [...found];
}
