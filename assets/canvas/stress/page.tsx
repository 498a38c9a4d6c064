/** React Flow's own stress example, as its documentation has it: a grid of default nodes, each connected with the one before. */
import { Background, Controls, type Edge, MiniMap, type Node, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { createRoot } from "react-dom/client";

const COLUMNS = 30;

function elements(count: number): { nodes: Node[]; edges: Edge[] } {
  const nodes = Array.from({ length: count }, (_, index): Node => ({
    id: String(index),
    position: { x: (index % COLUMNS) * 100, y: Math.floor(index / COLUMNS) * 50 },
    data: { label: `Node ${index}` },
    style: { width: 50, fontSize: 11 },
  }));
  const edges = nodes.slice(1).map(({ id }, index): Edge => ({ id: `${index}-${id}`, source: String(index), target: id }));
  return { nodes, edges };
}

function Stress({ count }: { count: number }) {
  const first = elements(count);
  const [nodes, , onNodesChange] = useNodesState(first.nodes);
  const [edges, , onEdgesChange] = useEdgesState(first.edges);
  return (
    <ReactFlow nodes={nodes} edges={edges} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange} fitView minZoom={0}>
      <MiniMap />
      <Controls />
      <Background />
    </ReactFlow>
  );
}

const place = document.getElementById("place");
if (place) createRoot(place).render(<Stress count={Number(place.dataset.count)} />);
