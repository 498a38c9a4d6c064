/** Where the dots of a node lie: known from its ports, so that nothing has to be measured on the screen. */
import { type NodeHandle, Position } from "@xyflow/react";
import type { Direction } from "./direction";
import { dotIn, dotOut } from "./expansion";
import type { Point } from "./route";
import { SIZE, TITLE } from "./size";
import type { NodeView } from "./wire";

export const DOT = 12; // pixels across, as in canvas.css
const BORDER = 1; // of a node: its dots lie in the middle of it
const WIDE = 44; // a port that takes any number of tensors

const known = new Map<string, NodeHandle[]>();

type Ports = Pick<NodeView, "ports" | "lists" | "outputs">;

/** The sides at which tensors come in and go out. */
export const SIDES = {
  down: { target: Position.Top, source: Position.Bottom },
  right: { target: Position.Left, source: Position.Right },
} as const;

/** The same array for all nodes with the same ports; those of a `frame` are also ends of what lies inside. */
export function handlesOf({ ports, lists, outputs }: Ports, direction: Direction, size = SIZE, frame = false): NodeHandle[] {
  const signature = `${direction}|${ports.join()}|${lists.join()}|${outputs.length}|${size.width}|${size.height}|${frame}`;
  const found = known.get(signature);
  if (found) return found;
  const into = ports.map((id, index) => handle("target", id, across(index, ports.length), lists.includes(id) ? WIDE : DOT, direction, size));
  const out = outputs.map((_, index) => handle("source", String(index), across(index, outputs.length), DOT, direction, size));
  const through = frame ? [...into, ...out].map(fromInside) : [];
  const handles = [...into, ...out, ...through];
  known.set(signature, handles);
  return handles;
}

/** How far along the side of a node a dot lies, as a share of it. */
export function across(index: number, count: number): number {
  return (index + 0.5) / count;
}

/** The same dot, as what lies inside is connected with it: under the title, where that lies between. */
function fromInside({ type, id, position, y, ...place }: NodeHandle): NodeHandle {
  const inward = { [Position.Top]: Position.Bottom, [Position.Bottom]: Position.Top, [Position.Left]: Position.Right, [Position.Right]: Position.Left }[position];
  const own = { ...place, position: inward, y: position === Position.Top ? TITLE - DOT : y };
  return type === "target" ? { ...own, type: "source", id: dotIn(id ?? "") } : { ...own, type: "target", id: dotOut(Number(id)) };
}

function handle(type: "source" | "target", id: string, share: number, wide: number, direction: Direction, size: typeof SIZE): NodeHandle {
  const position = SIDES[direction][type];
  const side = (length: number) => (type === "target" ? BORDER : length - BORDER) - DOT / 2;
  const along = (length: number) => BORDER + share * (length - 2 * BORDER) - wide / 2;
  return direction === "down"
    ? { type, id, position, x: along(size.width), y: side(size.height), width: wide, height: DOT }
    : { type, id, position, x: side(size.width), y: along(size.height), width: DOT, height: wide };
}

/** Where connections begin or end at a node that is seen at a point: the outer edge of the dot. */
export function end({ position, x, y, width = 0, height = 0 }: NodeHandle, at: Point): Point {
  switch (position) {
    case Position.Top:
      return { x: at.x + x + width / 2, y: at.y + y };
    case Position.Bottom:
      return { x: at.x + x + width / 2, y: at.y + y + height };
    case Position.Left:
      return { x: at.x + x, y: at.y + y + height / 2 };
    case Position.Right:
      return { x: at.x + x + width, y: at.y + y + height / 2 };
  }
}
