/** Layers in a line, or at even distances, as they are seen; all are of one size. */
import type { Place } from "./wire";

export type Line = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "x" | "y";

const LINES: Record<Line, { axis: Axis; of(values: number[]): number }> = {
  left: { axis: "x", of: (values) => Math.min(...values) },
  centre: { axis: "x", of: halfway },
  right: { axis: "x", of: (values) => Math.max(...values) },
  top: { axis: "y", of: (values) => Math.min(...values) },
  middle: { axis: "y", of: halfway },
  bottom: { axis: "y", of: (values) => Math.max(...values) },
};

export function aligned(places: readonly Place[], line: Line): Place[] {
  const { axis, of } = LINES[line];
  const value = of(places.map((place) => place[axis]));
  return places.map((place) => ({ ...place, [axis]: value }));
}

/** The outermost stay; between them all distances are the same. */
export function distributed(places: readonly Place[], axis: Axis): Place[] {
  const order = [...places].sort((one, other) => one[axis] - other[axis]);
  const first = order[0]?.[axis] ?? 0;
  const step = ((order.at(-1)?.[axis] ?? 0) - first) / Math.max(1, order.length - 1);
  return order.map((place, index) => ({ ...place, [axis]: first + index * step }));
}

function halfway(values: number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}
