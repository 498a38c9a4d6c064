/** Where the dots of a node lie: known from its ports, so that nothing has to be measured on the screen. */
import { type NodeHandle, Position } from "@xyflow/react";
import { SIZE } from "./size";
import type { NodeView } from "./wire";

const DOT = 12; // pixels across, as in canvas.css
const WIDE = 44; // a port that takes any number of tensors

const known = new Map<string, NodeHandle[]>();

/** The same array for all nodes with the same ports. */
export function handlesOf({ ports, lists, outputs }: Pick<NodeView, "ports" | "lists" | "outputs">): NodeHandle[] {
  const signature = `${ports.join()}|${lists.join()}|${outputs.length}`;
  const found = known.get(signature);
  if (found) return found;
  const above = ports.map((id, index) => handle("target", id, index, ports.length, lists.includes(id) ? WIDE : DOT));
  const below = outputs.map((_, index) => handle("source", String(index), index, outputs.length, DOT));
  const handles = [...above, ...below];
  known.set(signature, handles);
  return handles;
}

/** How far along the side of a node a dot lies, as a share of it. */
export function across(index: number, count: number): number {
  return (index + 0.5) / count;
}

function handle(type: "source" | "target", id: string, index: number, count: number, width: number): NodeHandle {
  const [position, side] = type === "target" ? [Position.Top, 0] : [Position.Bottom, SIZE.height];
  return { type, id, position, x: across(index, count) * SIZE.width - width / 2, y: side - DOT / 2, width, height: DOT };
}
