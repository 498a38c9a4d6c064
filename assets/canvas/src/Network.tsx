/** The network itself: React Flow, kept in step with the session. */
import {
  Background,
  type Connection,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  ReactFlow,
  applyEdgeChanges,
  applyNodeChanges,
  getViewportForBounds,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import { useEffect, useRef, useState } from "react";
import { LayerNode, type LayerNodeType } from "./LayerNode";
import { TensorEdge } from "./TensorEdge";
import type { Actions } from "./actions";
import { type Line, flowEdges, flowNodes } from "./flow";
import { useHere } from "./use";
import type { Edge } from "./wire";

const NODE_TYPES = { layer: LayerNode };
const EDGE_TYPES = { tensor: TensorEdge };
const FIT = { padding: 0.15, maxZoom: 1 };
const LEGIBLE = 0.8; // the smallest zoom at which the text of a node is read with ease
const OVERVIEW = 40; // a network of more nodes opens as a whole, however small
const KEYS_SETTLE = 400; // milliseconds after the last arrow key until the move counts

const viewports = new WeakMap<object, { x: number; y: number; zoom: number }>();

interface Props {
  actions: Actions;
  edgeAt(x: number, y: number): Edge | undefined;
  onEdges(selected: Edge[]): void;
  target: Edge | undefined;
  onTarget(edge: Edge | undefined): void;
}

export function Network({ actions, edgeAt, onEdges, target, onTarget }: Props) {
  const { session, looks } = useHere();
  const selected = new Set(session.selected);
  const [nodes, setNodes] = useState<LayerNodeType[]>(() => flowNodes(session.shown, [], selected));
  const [lines, setLines] = useState<Line[]>(() => flowEdges(session.shown, []));
  const view = useReactFlow();
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(nodes);
  const was = useRef("");
  latest.current = nodes;

  useEffect(() => {
    const follow = () => {
      setNodes((before) => same(before, flowNodes(session.shown, before, new Set(session.selected))));
      setLines((before) => same(before, flowEdges(session.shown, before)));
    };
    follow();
    return session.subscribe(follow);
  }, [session]);

  // Where the person left off; at first the whole network, or its top where the whole would be too small to read.
  // On an empty canvas nothing moves under the first drop.
  const { called } = session;
  const opened = session.status?.path.map(({ node }) => node).join("/") ?? "";
  const pane = useStoreApi();
  useEffect(() => {
    const open = () => {
      const { width, height } = pane.getState();
      const all = view.getNodes();
      const bounds = view.getNodesBounds(all);
      const whole = getViewportForBounds(bounds, width, height, 0, FIT.maxZoom, FIT.padding);
      if (whole.zoom >= LEGIBLE || all.length > OVERVIEW) return view.fitView(FIT);
      const top = view.getNodesBounds(all.filter((node) => node.position.y === bounds.y).slice(0, 1));
      const x = width / 2 - (top.x + top.width / 2) * LEGIBLE;
      return view.setViewport({ x, y: 24 - top.y * LEGIBLE, zoom: LEGIBLE });
    };
    if (was.current === opened && viewports.has(session)) return;
    was.current = opened;
    if (session.shown.size) requestAnimationFrame(open);
  }, [session, view, pane, opened]);
  useEffect(() => {
    if (called) view.fitView({ nodes: session.selected.map((id) => ({ id })), duration: 250, maxZoom: 1, minZoom: 0.6 });
  }, [called, session, view]);

  const change = (changes: NodeChange<LayerNodeType>[]) => {
    const next = applyNodeChanges(changes, latest.current);
    latest.current = next;
    setNodes(next);
    if (changes.some((one) => one.type === "select")) session.select(next.filter((node) => node.selected).map((node) => node.id));
    // An arrow key moves without a drag, step by step: one move when it has come to rest.
    const stepped = changes.flatMap((one) => (one.type === "position" && !one.dragging ? one.id : []));
    if (stepped.length) {
      clearTimeout(settling.current);
      settling.current = setTimeout(() => actions.move(places(latest.current.filter(({ id }) => stepped.includes(id)))), KEYS_SETTLE);
    }
  };
  const changeEdges = (changes: EdgeChange<Line>[]) => {
    const next = applyEdgeChanges(changes, lines);
    setLines(next);
    onEdges(next.filter((line) => line.selected).flatMap((line) => line.data?.edge ?? []));
  };
  const dragging = (event: MouseEvent | TouchEvent, node: LayerNodeType, together: LayerNodeType[]) =>
    together.length === 1 && "clientX" in event && actions.isFree(node.id) ? edgeAt(event.clientX, event.clientY) : undefined;

  return (
    <ReactFlow<LayerNodeType, Line>
      nodes={nodes}
      edges={lines.map((line) => (target && line.data?.edge === target ? { ...line, className: "target" } : line))}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={change}
      onEdgesChange={changeEdges}
      onConnect={(connection) => actions.connect(asEdge(connection))}
      onReconnect={(old, connection) => old.data && actions.reconnect(old.data.edge, asEdge(connection))}
      isValidConnection={({ source, target: end }) => source !== end}
      onNodeDrag={(event, node, together) => onTarget(dragging(event as unknown as MouseEvent, node, together))}
      onNodeDragStop={(event, node, together) => {
        const edge = dragging(event as unknown as MouseEvent, node, together);
        onTarget(undefined);
        if (edge) actions.insert(node.id, edge, places(together));
        else actions.move(places(together));
      }}
      onNodeDoubleClick={(_event, node) => actions.enter(node.id)}
      onSelectionDragStop={(_event, together) => actions.move(places(together))}
      onMoveEnd={(_event, viewport) => viewports.set(session, viewport)}
      defaultViewport={viewports.get(session)}
      onlyRenderVisibleElements
      deleteKeyCode={null}
      multiSelectionKeyCode={["Shift", "Meta", "Control"]}
      connectionRadius={28}
      minZoom={0.01}
      maxZoom={2}
      nodeDragThreshold={3}
      elevateEdgesOnSelect
      proOptions={{ hideAttribution: false }}
    >
      <Background gap={20} />
      <Controls showInteractive={false} fitViewOptions={{ ...FIT, duration: 250 }} />
      {nodes.length > 0 && (
        <MiniMap
          pannable
          zoomable
          ariaLabel="The whole network"
          nodeColor={({ id }) => looks.get(session.node(id)?.family ?? "")?.colour ?? "#888"}
        />
      )}
    </ReactFlow>
  );
}

function asEdge({ source, target, sourceHandle, targetHandle }: Connection): Edge {
  return { source, target, output: Number(sourceHandle ?? 0), port: targetHandle ?? "inputs" };
}

function places(nodes: readonly LayerNodeType[]) {
  return nodes.map(({ id, position }) => ({ id, x: Math.round(position.x), y: Math.round(position.y) }));
}

/** The old list where the new one holds the same, so that React has nothing to do. */
function same<Item>(before: Item[], after: Item[]): Item[] {
  return before.length === after.length && before.every((item, index) => item === after[index]) ? before : after;
}
