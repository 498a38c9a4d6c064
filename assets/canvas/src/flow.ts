/** The document in React Flow's terms. What has not changed stays the same object, so that it is not painted again. */
import { type Edge as FlowEdge, MarkerType } from "@xyflow/react";
import type { LayerNodeType } from "./LayerNode";
import { type Doc, edgeId, edgesOf } from "./document";
import { handlesOf } from "./ports";
import { SIZE } from "./size";
import type { Edge } from "./wire";

export type Line = FlowEdge<{ edge: Edge }>;

export function flowNodes(doc: Doc, before: readonly LayerNodeType[], selected: ReadonlySet<string>): LayerNodeType[] {
  const old = new Map(before.map((node) => [node.id, node]));
  return [...doc.values()].map((shown) => {
    const { key, x, y, layer } = shown;
    const node = old.get(key);
    const chosen = selected.has(key);
    const handles = handlesOf(shown);
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
