/** The network itself: React Flow, kept in step with the session. */
import {
  Background,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  ReactFlow,
  type ReactFlowProps,
  type Rect,
  type Transform,
  applyEdgeChanges,
  applyNodeChanges,
  getViewportForBounds,
  useReactFlow,
  useStore,
  useStoreApi,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { LayerNode, type LayerNodeType, SHAPES } from "./LayerNode";
import { Others } from "./Others";
import { TensorEdge } from "./TensorEdge";
import { Threads } from "./Threads";
import type { Actions, Origin } from "./actions";
import { ConnectionHint, asEdge, useConnecting } from "./connecting";
import type { Direction } from "./direction";
import type { Scene } from "./expansion";
import { FrameNode } from "./FrameNode";
import { type Line, flowEdges, flowNodes, flowRoutes } from "./flow";
import { glide } from "./motion";
import type { Route } from "./route";
import { useSteady } from "./steady";
import { Routes, useHere } from "./use";
import type { Edge } from "./wire";

const NODE_TYPES = { layer: LayerNode, frame: FrameNode };
const EDGE_TYPES = { tensor: TensorEdge };
const FIT = { padding: 0.15, maxZoom: 1 };
const FURTHER = ["Shift", "Meta", "Control"]; // keys that add to what is selected
const LEGIBLE = 0.8; // the smallest zoom at which the text of a node is read with ease
const OVERVIEW = 40; // a network of more nodes opens as a whole,
const SPECK = 0.12; // unless its nodes would be no more than specks: then its beginning is shown,
const LARGE = 1.8; // the largest zoom for a projector
const BROAD = 0.4; // with as much around it as can still be told apart
const TOP = 56; // pixels that the legend takes from the picture
const MOVE = 300; // milliseconds in which layers go where the document has them now, as in canvas.css
const SETTLE = 100; // milliseconds until the canvas has its new size
const KEYS_SETTLE = 400; // milliseconds after the last arrow key until the move counts

const viewports = new WeakMap<object, { x: number; y: number; zoom: number }>();

interface Props {
  actions: Actions;
  edgeAt(x: number, y: number): Edge | undefined;
  nodeAt(x: number, y: number): string | undefined;
  onDrawn(from: Origin, shape: string, at: { x: number; y: number }): void;
  boxing: boolean;
  onBoxed(): void;
  target: Edge | undefined;
  onTarget(edge: Edge | undefined): void;
  /** For a projector: without controls. */
  presenting: boolean;
}

export function Network({ actions, edgeAt, nodeAt, onDrawn, boxing, onBoxed, target, onTarget, presenting }: Props) {
  const { session, looks, direction } = useHere();
  const scene = session.sceneOf(direction);
  const [nodes, setNodes] = useState<LayerNodeType[]>(() => flowNodes(scene, [], new Set(session.chosen)));
  const [lines, setLines] = useState<Line[]>(() => flowEdges(scene, []));
  const view = useReactFlow();
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(nodes);
  const [moving, setMoving] = useState(false);
  latest.current = nodes;

  useEffect(() => {
    let drawn: { scene: Scene; chosen: string; nodes: LayerNodeType[] } | null = null;
    const follow = () => {
      const scene = session.sceneOf(direction);
      const chosen = session.chosen.join();
      // What arrow keys have moved is not in the document yet, and must not go back meanwhile.
      if (drawn?.scene === scene && drawn.chosen === chosen && (drawn.nodes === latest.current || settling.current)) return;
      const next = same(latest.current, flowNodes(scene, latest.current, new Set(session.chosen)));
      if (next.some((node, index) => elsewhere(node, latest.current[index]))) setMoving(true);
      drawn = { scene, chosen, nodes: next };
      latest.current = next;
      setNodes(next);
      setLines((before) => same(before, flowEdges(scene, before)));
    };
    follow();
    return session.subscribe(follow);
  }, [session, direction]);
  useEffect(() => {
    const rest = moving ? setTimeout(() => setMoving(false), MOVE) : undefined;
    return () => clearTimeout(rest);
  }, [moving, nodes]);
  useEffect(() => {
    const over = new AbortController();
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => session.release(), { signal: over.signal, capture: true });
    return () => {
      over.abort();
      session.release();
    };
  }, [session]);
  const resting = useResting(nodes, lines, direction);
  const far = useStore(({ transform }) => transform[2] < SHAPES);
  const edges = useMemo(
    () => (far ? [] : lines.map((line) => (target && line.data?.edge === target ? { ...line, className: "target" } : line))),
    [far, lines, target],
  );
  useEffect(() => {
    // From far React Flow has seen nodes without dots, and would draw no connection: new ones have those that are known.
    if (!far) setNodes((before) => before.map((node) => ({ ...node })));
  }, [far]);

  // Where the person left off; at first the whole network, or its top where the whole would be too small to read.
  // On an empty canvas nothing moves under the first drop.
  const { called } = session;
  const screen = useStore(({ width, height }) => `${width} ${height}`);
  const opened = `${direction} ${presenting ? screen : ""} ${session.status?.path.map(({ node }) => node).join("/") ?? ""}`;
  const was = useRef(viewports.has(session) ? opened : "");
  const pane = useStoreApi();
  useEffect(() => {
    const open = () => {
      const { width, height } = pane.getState();
      const all = view.getNodes();
      const bounds = view.getNodesBounds(all);
      const largest = presenting ? LARGE : FIT.maxZoom;
      const whole = getViewportForBounds(bounds, width, height, 0, largest, FIT.padding);
      if (whole.zoom >= LEGIBLE || (all.length > OVERVIEW && whole.zoom >= SPECK)) return view.setViewport(whole);
      const zoom = all.length > OVERVIEW ? BROAD : LEGIBLE;
      const middle = bounds.width * zoom < width - 48 ? bounds.x + bounds.width / 2 : undefined;
      const first = direction === "down" ? view.getNodesBounds(all.filter((node) => node.position.y === bounds.y).slice(0, 1)) : null;
      if (first) return view.setViewport({ x: width / 2 - (middle ?? first.x + first.width / 2) * zoom, y: TOP - first.y * zoom, zoom });
      return view.setViewport({ x: 24 - bounds.x * zoom, y: height / 2 - (bounds.y + bounds.height / 2) * zoom, zoom });
    };
    if (was.current === opened && viewports.has(session)) return;
    const first = was.current === "";
    was.current = opened;
    if (!session.shown.size) return;
    if (first) requestAnimationFrame(open);
    else setTimeout(open, SETTLE);
  }, [session, view, pane, opened, direction, presenting]);
  useEffect(() => {
    if (!called || session.chosen.length === 0) return;
    // What is seen and can be read already stays where it is.
    const { width, height, transform, nodeLookup } = pane.getState();
    const drawn = session.chosen.every((key) => nodeLookup.has(key));
    if (!drawn || transform[2] < BROAD || !isWithin(view.getNodesBounds([...session.chosen]), { width, height }, transform))
      view.fitView({ nodes: session.chosen.map((id) => ({ id })), duration: glide(), maxZoom: 1, minZoom: 0.6 });
  }, [called, session, view, pane]);

  const change = (changes: NodeChange<LayerNodeType>[]) => {
    const next = applyNodeChanges(changes, latest.current);
    latest.current = next;
    setNodes(next);
    if (changes.some((one) => one.type === "select")) session.select(next.filter((node) => node.selected).map((node) => node.id));
    // An arrow key moves without a drag, step by step: one move when it has come to rest.
    const stepped = changes.flatMap((one) => (one.type === "position" && !one.dragging ? one.id : []));
    if (stepped.length) {
      clearTimeout(settling.current);
      settling.current = setTimeout(() => {
        settling.current = undefined;
        actions.move(places(scene, latest.current.filter(({ id }) => stepped.includes(id))));
      }, KEYS_SETTLE);
    }
  };
  const changeEdges = (changes: EdgeChange<Line>[]) => {
    const next = applyEdgeChanges(changes, lines);
    setLines(next);
    session.selectEdges(next.filter((line) => line.selected).flatMap((line) => line.data?.edge ?? []));
  };
  const dragging = (event: MouseEvent | TouchEvent, node: LayerNodeType, together: LayerNodeType[]) =>
    together.length === 1 && "clientX" in event && actions.isFree(node.id) ? edgeAt(event.clientX, event.clientY) : undefined;

  const steady = useSteady<Partial<ReactFlowProps<LayerNodeType, Line>>>({
    ...useConnecting(onDrawn, nodeAt),
    onNodesChange: change,
    onEdgesChange: changeEdges,
    onConnect: (connection) => actions.connect(asEdge(connection)),
    onReconnect: (old, connection) => old.data && actions.reconnect(old.data.edge, asEdge(connection)),
    onSelectionEnd: onBoxed,
    onNodeDrag: (event, node, together) => onTarget(dragging(event as unknown as MouseEvent, node, together)),
    onNodeDragStop: (event, node, together) => {
      const edge = dragging(event as unknown as MouseEvent, node, together);
      onTarget(undefined);
      if (edge) actions.insert(node.id, edge, places(scene, together));
      else actions.move(places(scene, together));
    },
    onNodeClick: ({ shiftKey, ctrlKey, metaKey }, { id }) => {
      // Of several that are selected, a click chooses one; React Flow would leave all of them.
      if (!shiftKey && !ctrlKey && !metaKey && session.chosen.length > 1) session.select([id]);
    },
    onNodeDoubleClick: (_event, node) => actions.enter(node.id),
    onSelectionDragStop: (_event, together) => actions.move(places(scene, together)),
    onMoveEnd: (_event, viewport) => viewports.set(session, viewport),
    onDoubleClick: ({ target, clientX, clientY }) => {
      if (target instanceof Element && target.matches(".react-flow__pane")) onDrawn({}, "", { x: clientX, y: clientY });
    },
    onPointerDownCapture: () => session.hold(),
    onPointerMove: ({ clientX, clientY }) => {
      session.company.point = scene.kept(view.screenToFlowPosition({ x: clientX, y: clientY }));
    },
    onPointerLeave: () => {
      session.company.point = null;
    },
  });
  const fit = useMemo(() => ({ ...FIT, duration: glide() }), []);
  const colour = useCallback(
    ({ id, type }: LayerNodeType) => {
      const family = looks.get(session.node(id)?.family ?? "")?.colour ?? "#888";
      return type === "frame" ? `color-mix(in srgb, ${family} 20%, transparent)` : family;
    },
    [looks, session],
  );

  return (
    <Routes value={resting}>
    <ReactFlow<LayerNodeType, Line>
      className={moving ? "moving" : ""}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      {...steady}
      selectionOnDrag={boxing}
      panOnDrag={!boxing}
      defaultViewport={viewports.get(session)}
      onlyRenderVisibleElements
      zoomOnDoubleClick={false}
      deleteKeyCode={null}
      multiSelectionKeyCode={FURTHER}
      connectionRadius={28}
      minZoom={0.01}
      maxZoom={2}
      nodeDragThreshold={3}
      elevateEdgesOnSelect
      proOptions={{ hideAttribution: false }}
    >
      <Background gap={20} />
      <Others />
      <ConnectionHint />
      {far && <Threads nodes={nodes} lines={lines} routes={resting} />}
      {!presenting && <Controls showInteractive={false} fitViewOptions={fit} />}
      {nodes.length > 0 && !presenting && (
        <MiniMap
          pannable
          zoomable
          ariaLabel="The whole network"
          nodeColor={colour}
        />
      )}
    </ReactFlow>
    </Routes>
  );
}

/** Whether all of an area of the network is seen in a window of this size. */
function isWithin(area: Rect, { width, height }: { width: number; height: number }, [x, y, zoom]: Transform): boolean {
  const [left, top] = [area.x * zoom + x, area.y * zoom + y];
  return left >= 0 && top >= 0 && left + area.width * zoom <= width && top + area.height * zoom <= height;
}

/** Where nodes have been put, for the document; what lies inside a block comes along with it. */
function places(scene: Scene, nodes: readonly LayerNodeType[]) {
  return nodes.filter(({ parentId }) => parentId === undefined).map(({ id, position }) => ({ id, ...scene.kept(position, id) }));
}

/** The ways of all connections, found anew only when a layer has come to stand elsewhere, or a connection came or went. */
function useResting(nodes: readonly LayerNodeType[], lines: readonly Line[], direction: Direction): ReadonlyMap<string, Route> {
  const last = useRef<{ nodes: readonly LayerNodeType[]; lines: readonly Line[]; routes: ReadonlyMap<string, Route> }>(undefined);
  const moved = () =>
    !last.current ||
    nodes.length !== last.current.nodes.length ||
    lines.length !== last.current.lines.length ||
    nodes.some(({ position, handles }, index) => position !== last.current?.nodes[index]?.position || handles !== last.current?.nodes[index]?.handles) ||
    lines.some(({ data }, index) => data !== last.current?.lines[index]?.data);
  if (!last.current || (!nodes.some((node) => node.dragging) && moved())) {
    last.current = { nodes, lines, routes: flowRoutes(nodes, lines, direction) };
  }
  return last.current.routes;
}

/** Whether a node has come to stand somewhere else than it stood before. */
function elsewhere(node: LayerNodeType, before: LayerNodeType | undefined): boolean {
  return before?.id === node.id && (before.position.x !== node.position.x || before.position.y !== node.position.y);
}

/** The old list where the new one holds the same, so that React has nothing to do. */
function same<Item>(before: Item[], after: Item[]): Item[] {
  return before.length === after.length && before.every((item, index) => item === after[index]) ? before : after;
}
