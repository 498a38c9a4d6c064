/** The document in React Flow's terms. What has not changed stays the same object, so that it is not painted again. */
import { type Edge as FlowEdge, MarkerType } from "@xyflow/react";
import type { LayerNodeType } from "./LayerNode";
import { type Direction, seen, turned } from "./direction";
import { type Doc, edgeId, edgesOf } from "./document";
import { end, handlesOf } from "./ports";
import { type Ends, type Point, type Route, routes } from "./route";
import { SIZE } from "./size";
import type { Edge } from "./wire";

export type Line = FlowEdge<{ edge: Edge }>;

export function flowNodes(doc: Doc, before: readonly LayerNodeType[], selected: ReadonlySet<string>, direction: Direction): LayerNodeType[] {
  const old = new Map(before.map((node) => [node.id, node]));
  return [...doc.values()].map((shown) => {
    const { key, layer } = shown;
    const { x, y } = seen(shown, direction);
    const node = old.get(key);
    const chosen = selected.has(key);
    const handles = handlesOf(shown, direction);
    if (!node) {
      const label = { ariaLabel: `${layer.type} ${key}` };
      return { id: key, type: "layer", position: { x, y }, data: {}, selected: chosen, handles, ...SIZE, measured: SIZE, ...label };
    }
    const stays = node.dragging || (node.position.x === x && node.position.y === y);
    if (stays && Boolean(node.selected) === chosen && node.handles === handles) return node;
    return { ...node, selected: chosen, handles, position: stays ? node.position : { x, y } };
  });
}

export function flowEdges(doc: Doc, before: readonly Line[]): Line[] {
  const old = new Map(before.map((line) => [line.id, line]));
  const lines = new Map<string, Line>();
  for (const edge of edgesOf(doc)) {
    const id = edgeId(edge);
    if (doc.has(edge.source)) lines.set(id, old.get(id) ?? line(id, edge));
  }
  return [...lines.values()];
}

function line(id: string, edge: Edge): Line {
  return {
    id,
    type: "tensor",
    source: edge.source,
    target: edge.target,
    sourceHandle: String(edge.output),
    targetHandle: edge.port,
    data: { edge },
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    interactionWidth: 28,
    ariaLabel: `Connection from ${edge.source} to ${edge.target}`,
  };
}

/** The way of each connection between the layers as they lie at rest. */
export function flowRoutes(nodes: readonly LayerNodeType[], lines: readonly Line[], direction: Direction): Map<string, Route> {
  const size = direction === "down" ? SIZE : { width: SIZE.height, height: SIZE.width };
  return routes(nodes.map(({ id, position }) => ({ id, ...upright(position, direction) })), endsOf(nodes, lines, direction), size);
}

/** Where each connection begins and ends just now, counted downwards. */
export function endsOf(nodes: readonly LayerNodeType[], lines: readonly Line[], direction: Direction): Ends[] {
  const there = new Map(nodes.map((node) => [node.id, node]));
  return lines.flatMap(({ id, source, target, sourceHandle, targetHandle }): Ends[] => {
    const [from, to] = [dot(there.get(source), "source", sourceHandle), dot(there.get(target), "target", targetHandle)];
    return from && to ? [{ id, source, target, from: upright(from, direction), to: upright(to, direction) }] : [];
  });
}

function upright(point: Point, direction: Direction): Point {
  return direction === "down" ? point : turned(point);
}

function dot(node: LayerNodeType | undefined, type: "source" | "target", id: string | null | undefined): Point | undefined {
  const handle = node?.handles?.find((one) => one.type === type && one.id === id);
  return node && handle && end(handle, node.position);
}
