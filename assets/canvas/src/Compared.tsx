/** Two networks side by side, to be looked at: what was added, removed or changed is marked; both move together. */
import { Background, Controls, ReactFlow, ReactFlowProvider, type Rect, type Viewport, useReactFlow } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { LayerNode } from "./LayerNode";
import { TensorEdge } from "./TensorEdge";
import { Colours } from "./colours";
import { looks } from "./families";
import { flowEdges, flowNodes, flowRoutes } from "./flow";
import { Session } from "./session";
import { SIZE } from "./size";
import { Here, Routes } from "./use";
import type { NodeView } from "./wire";

/** One of the two networks; `marks` says by key what has happened to a node. */
export interface Side {
  title: string;
  nodes: NodeView[];
  marks: Record<string, "added" | "removed" | "changed">;
}

export interface Comparison {
  before: Side;
  after: Side;
  families: Record<string, string>;
}

const NODE_TYPES = { layer: LayerNode };
const EDGE_TYPES = { tensor: TensorEdge };
const FIT = { padding: 0.1, maxZoom: 0.8 };
const LEAST = { width: 560, height: 480 }; // of the network, in pixels, that is seen at first
const MOST = 1000; // in height: more would be too small to read
const NOTHING_KEPT = { getItem: () => null, setItem: () => {}, removeItem: () => {} };

/** Moves one side as far as a person has moved the other. */
class Together {
  private readonly sides = new Map<string, (viewport: Viewport) => void>();

  join(side: string, follow: (viewport: Viewport) => void): () => void {
    this.sides.set(side, follow);
    return () => this.sides.delete(side);
  }

  move(mover: string, viewport: Viewport): void {
    for (const [side, follow] of this.sides) if (side !== mover) follow(viewport);
  }
}

export function Compared({ before, after, families }: Comparison) {
  const together = useMemo(() => new Together(), []);
  const first = useMemo(() => bounds([before, after]), [before, after]);
  return (
    <div className="workplace compared">
      {[before, after].map((side, index) => (
        <section key={index} aria-label={side.title}>
          <h4>{side.title}</h4>
          {side.nodes.length === 0 ? (
            <p className="nothing">There are no layers.</p>
          ) : (
            <ReactFlowProvider>
              <Picture side={side} name={String(index)} families={families} together={together} first={first} />
            </ReactFlowProvider>
          )}
        </section>
      ))}
    </div>
  );
}

interface PictureProps {
  side: Side;
  name: string;
  families: Record<string, string>;
  together: Together;
  /** What is seen at first: the same on both sides. */
  first: Rect;
}

function Picture({ side, name, families, together, first }: PictureProps) {
  const view = useReactFlow();
  const here = useMemo(() => {
    const palette = { families, entries: [] };
    const session = still(side.nodes);
    return { session, looks: looks(palette), colours: new Colours(session), direction: "down" as const, lifted: { current: null } };
  }, [side, families]);
  const { nodes, edges, routes } = useMemo(() => {
    const scene = here.session.sceneOf("down");
    const plain = flowNodes(scene, [], new Set());
    const marked = plain.map((node) => {
      const mark = side.marks[node.id];
      return mark ? { ...node, className: `marked ${mark}`, ariaLabel: `${node.ariaLabel}, ${mark}` } : node;
    });
    const lines = flowEdges(scene, []);
    return { nodes: marked, edges: lines, routes: flowRoutes(plain, lines, "down") };
  }, [here, side]);
  useEffect(() => together.join(name, (viewport) => void view.setViewport(viewport)), [together, name, view]);
  return (
    <Here value={here}>
      <Routes value={routes}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onMove={(event, viewport) => event && together.move(name, viewport)}
          onInit={() => void view.fitBounds(first, { padding: 0.08 })}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          onlyRenderVisibleElements
          minZoom={0.01}
          maxZoom={2}
        >
          <Background gap={20} />
          <Controls showInteractive={false} fitViewOptions={FIT} />
        </ReactFlow>
      </Routes>
    </Here>
  );
}

/** Where something has happened on either side, else both networks; never so little that one layer fills the picture. */
export function bounds(sides: readonly Side[]): Rect {
  const marked = sides.flatMap(({ nodes, marks }) => nodes.filter(({ key }) => marks[key]));
  const shown = marked.length ? marked : sides.flatMap(({ nodes }) => nodes);
  const [left, top] = [Math.min(...shown.map(({ x }) => x)), Math.min(...shown.map(({ y }) => y))];
  const right = Math.max(...shown.map(({ x }) => x)) + SIZE.width;
  const bottom = Math.max(...shown.map(({ y }) => y)) + SIZE.height;
  const [width, height] = [Math.max(right - left, LEAST.width), Math.min(Math.max(bottom - top, LEAST.height), MOST)];
  return { x: (left + right - width) / 2, y: bottom - top > MOST ? top : (top + bottom - height) / 2, width, height };
}

/** The document of these nodes, which nobody edits. */
function still(nodes: NodeView[]): Session {
  const session = new Session("", NOTHING_KEPT);
  session.receive({
    project: "",
    epoch: "still",
    turn: 1,
    base: 0,
    version: 1,
    nodes,
    gone: [],
    acknowledged: {},
    notices: [],
    select: { number: 0, keys: [] },
    status: { state: "ready", message: "" },
    totals: [],
    path: [],
    blocks: [],
    undo: false,
    redo: false,
    revision: 0,
    steps: "",
    pulse: "",
    statistics: "",
    foresight: "",
    example: {},
  });
  return session;
}
