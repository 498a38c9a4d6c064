/**
 * Whether layers follow each other from top to bottom or from left to right. The document always counts from top to bottom;
 * the other way is a way of seeing it: a choice of the person, no edit, and never in the way of anybody else.
 */
import type { Point } from "./route";

export type Direction = "down" | "right";

// A node is wider than it is high: rows that become columns need more room, neighbours in them less. No two nodes that are
// apart in the one picture cover each other in the other.
const ALONG = 2.2;
const ACROSS = 0.5;

/** Where a place of the document is seen. */
export function seen({ x, y }: Point, direction: Direction): Point {
  return direction === "down" ? { x, y } : { x: y * ALONG, y: x * ACROSS };
}

/** The place of the document that is seen at a point: whole pixels. */
export function kept({ x, y }: Point, direction: Direction): Point {
  const place = direction === "down" ? { x, y } : { x: y / ACROSS, y: x / ALONG };
  return { x: Math.round(place.x), y: Math.round(place.y) };
}

/** The picture mirrored at its diagonal, in which what goes to the right goes down. */
export function turned(point: Point): Point {
  return { x: point.y, y: point.x };
}
