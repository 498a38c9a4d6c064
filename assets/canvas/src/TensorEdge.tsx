/** A connection with the shape of the tensor that it carries, where there is room to read it. */
import { BaseEdge, type EdgeProps, useStore } from "@xyflow/react";
import { useContext } from "react";
import { outputShape } from "./HoverCard";
import { turned } from "./direction";
import type { Line } from "./flow";
import { type Point, type Route, drawn, middle, narrow } from "./route";
import { Routes, useHere, useNode } from "./use";
import type { Edge } from "./wire";

const READABLE = 0.7; // the smallest zoom at which the text is read
const ROOM = 26; // pixels of the network between two layers that a text needs,
const NAME = 14; // and as many for each end that bears a name,
const ASIDE = 400; // unless it lies far from both

/** On its way around the layers; while one of its ends is being dragged it leads there straight. */
export function TensorEdge({ id, data, markerEnd, style, interactionWidth, sourceX, sourceY, targetX, targetY }: EdgeProps<Line>) {
  const { direction } = useHere();
  const rested = useContext(Routes).get(id);
  const [from, to] = [{ x: sourceX, y: sourceY }, { x: targetX, y: targetY }].map((end) => (direction === "down" ? end : turned(end))) as [Point, Point];
  const route: Route = rested && near(rested.from, from) && near(rested.to, to) ? rested : { from, to, lane: [] };
  const { x, y } = middle(route, direction);
  const named = useNamed(data?.edge);
  const long = Math.abs(to.y - from.y) > ROOM + named * NAME || Math.abs(to.x - from.x) > ASIDE;
  return (
    <>
      <BaseEdge path={drawn(route, direction)} markerEnd={markerEnd} style={style} interactionWidth={interactionWidth} />
      {data && long && <Tensor source={data.edge.source} output={data.edge.output} x={x} y={y} upwards={narrow(route, direction)} />}
    </>
  );
}

/** At how many of its ends the dots bear names. */
function useNamed(edge: Edge | undefined): number {
  const [source, target] = [useNode(edge?.source ?? ""), useNode(edge?.target ?? "")];
  return Number((source?.outputs.length ?? 0) > 1) + Number((target?.ports.length ?? 0) > 1);
}

/** Within what a browser rounds. */
function near(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 2 && Math.abs(a.y - b.y) < 2;
}

/** The shape, written at a point of the network. */
export function Tensor({ source, output, x, y, upwards }: { source: string; output: number; x: number; y: number; upwards: boolean }) {
  const node = useNode(source);
  const near = useStore((state) => state.transform[2] >= READABLE);
  const text = outputShape(node, output);
  return near && text !== "…" ? <text className="tensor" x={x} y={y} transform={upwards ? `rotate(-90 ${x} ${y})` : undefined} aria-hidden>{text}</text> : null;
}
