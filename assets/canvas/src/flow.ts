/** The document in React Flow's terms. What has not changed stays the same object, so that it is not painted again. */
import { type Edge as FlowEdge, MarkerType } from "@xyflow/react";
import type { LayerNodeType } from "./LayerNode";
import { type Direction, turned } from "./direction";
import { edgeId, edgesOf } from "./document";
import { type Expanded, type Scene, around, dotIn, isBlockInput, outward } from "./expansion";
import { end, handlesOf } from "./ports";
import { type Box, type Ends, type Point, type Route, routes } from "./route";
import { SIZE } from "./size";
import type { Edge, NodeView } from "./wire";

/** A connection; one inside a block that is shown in its place is there to be looked at. */
export type Line = FlowEdge<{ edge: Edge; inner?: boolean }>;

export function flowNodes({ doc, frames, places, direction }: Scene, before: readonly LayerNodeType[], selected: ReadonlySet<string>): LayerNodeType[] {
  const old = new Map(before.map((node) => [node.id, node]));
  const found: LayerNodeType[] = [];
  const take = (shown: NodeView) => {
    const { key, layer } = shown;
    const inside = frames.get(key);
    const place = places.get(key);
    if (!place) return;
    const { at: { x, y }, size } = place;
    const node = old.get(key);
    const chosen = selected.has(key);
    const handles = handlesOf(shown, direction, size, inside !== undefined);
    const type = inside ? "frame" : "layer";
    if (node?.type !== type) {
      const parent = around(key);
      const label = { ariaLabel: `${layer.type} ${key.replaceAll("/", " in ")}` };
      const within = parent ? { parentId: parent, draggable: false, connectable: false } : {};
      found.push({ id: key, type, position: { x, y }, data: {}, selected: chosen, handles, ...size, measured: size, ...label, ...within });
    } else {
      const stays = node.dragging || (node.position.x === x && node.position.y === y);
      if (stays && Boolean(node.selected) === chosen && node.handles === handles) found.push(node);
      else found.push({ ...node, selected: chosen, handles, ...size, measured: size, position: stays ? node.position : { x, y } });
    }
    for (const child of inside ?? []) {
      const within = doc.get(child);
      if (within) take(within);
    }
  };
  for (const node of doc.values()) if (!node.key.includes("/")) take(node);
  return found;
}

export function flowEdges(shown: Expanded, before: readonly Line[]): Line[] {
  const { doc, frames } = shown;
  const old = new Map(before.map((line) => [line.id, line]));
  const lines = new Map<string, Line>();
  const add = (line: Line) => {
    const known = old.get(line.id);
    lines.set(line.id, known && known.source === line.source && known.target === line.target ? known : line);
  };
  for (const edge of edgesOf(doc)) {
    const source = doc.get(edge.source);
    if (!source) continue;
    const frame = around(edge.source);
    const inner = frame !== "";
    const from = inner && isBlockInput(source) ? { source: frame, sourceHandle: dotIn(source.id) } : {};
    add({ ...line(edge, inner), ...from });
  }
  if (frames.size) for (const { edge } of outward(shown)) add({ ...line(edge, true), targetHandle: edge.port });
  return [...lines.values()];
}

function line(edge: Edge, inner: boolean): Line {
  return {
    id: edgeId(edge),
    type: "tensor",
    source: edge.source,
    target: edge.target,
    sourceHandle: String(edge.output),
    targetHandle: edge.port,
    data: inner ? { edge, inner } : { edge },
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    interactionWidth: 28,
    ariaLabel: `Connection from ${edge.source} to ${edge.target}`,
    ...(inner ? { selectable: false, focusable: false, reconnectable: false, deletable: false } : {}),
  };
}

/** Where each node lies in the picture, whatever it lies in. */
export function laidOut(nodes: readonly LayerNodeType[]): Map<string, Point> {
  const found = new Map<string, Point>();
  for (const { id, parentId, position } of nodes) {
    const from = parentId === undefined ? undefined : found.get(parentId);
    found.set(id, from ? { x: from.x + position.x, y: from.y + position.y } : position);
  }
  return found;
}

/** The way of each connection between the layers as they lie at rest. */
export function flowRoutes(nodes: readonly LayerNodeType[], lines: readonly Line[], direction: Direction): Map<string, Route> {
  const corners = laidOut(nodes);
  const boxes = nodes.map(({ id, width = SIZE.width, height = SIZE.height }): Box => {
    const size = direction === "down" ? { width, height } : { width: height, height: width };
    return { id, ...upright(corners.get(id) ?? { x: 0, y: 0 }, direction), ...size };
  });
  return routes(boxes, endsOf(nodes, lines, direction));
}

/** Where each connection begins and ends just now, counted downwards. */
export function endsOf(nodes: readonly LayerNodeType[], lines: readonly Line[], direction: Direction): Ends[] {
  const there = new Map(nodes.map((node) => [node.id, node]));
  const corners = laidOut(nodes);
  const dot = (id: string, type: "source" | "target", name: string | null | undefined): Point | undefined => {
    const handle = there.get(id)?.handles?.find((one) => one.type === type && one.id === name);
    const corner = corners.get(id);
    return handle && corner && end(handle, corner);
  };
  return lines.flatMap(({ id, source, target, sourceHandle, targetHandle }): Ends[] => {
    const [from, to] = [dot(source, "source", sourceHandle), dot(target, "target", targetHandle)];
    return from && to ? [{ id, source, target, from: upright(from, direction), to: upright(to, direction) }] : [];
  });
}

function upright(point: Point, direction: Direction): Point {
  return direction === "down" ? point : turned(point);
}
