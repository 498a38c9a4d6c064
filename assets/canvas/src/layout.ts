/** A tidy picture: layers from top to bottom in the order in which they are computed. */
import { Graph, layout } from "@dagrejs/dagre";
import { type Doc, edgesOf } from "./document";
import { SIZE } from "./size";
import type { Place } from "./wire";

const GAP = { nodesep: 40, ranksep: 46 };

export function tidy(doc: Doc): Place[] {
  const graph = new Graph({ multigraph: true }).setGraph({ rankdir: "TB", ...GAP }).setDefaultEdgeLabel(() => ({}));
  for (const key of doc.keys()) graph.setNode(key, { ...SIZE });
  edgesOf(doc).forEach(({ source, target }, index) => {
    if (doc.has(source)) graph.setEdge(source, target, {}, String(index));
  });
  layout(graph);
  return [...doc.keys()].map((id) => {
    const { x, y } = graph.node(id);
    return { id, x: Math.round(x - SIZE.width / 2), y: Math.round(y - SIZE.height / 2) };
  });
}
