/** A connection with the shape of the tensor that it carries, where there is room to read it. */
import { BaseEdge, type EdgeProps, getBezierPath, useStore } from "@xyflow/react";
import { outputShape } from "./HoverCard";
import type { Line } from "./flow";
import { useNode } from "./use";

const READABLE = 0.7; // the smallest zoom at which the text is read
const ROOM = 34; // pixels of the network between two layers that a text needs

export function TensorEdge(props: EdgeProps<Line>) {
  const { data, markerEnd, style, interactionWidth, sourceX, sourceY, targetX, targetY } = props;
  const [path, x, y] = getBezierPath(props);
  const long = Math.hypot(targetX - sourceX, targetY - sourceY) > ROOM;
  return (
    <>
      <BaseEdge path={path} markerEnd={markerEnd} style={style} interactionWidth={interactionWidth} />
      {data && long && <Tensor source={data.edge.source} output={data.edge.output} x={x} y={y} />}
    </>
  );
}

/** The shape, written at a point of the network. */
export function Tensor({ source, output, x, y }: { source: string; output: number; x: number; y: number }) {
  const node = useNode(source);
  const near = useStore((state) => state.transform[2] >= READABLE);
  const text = outputShape(node, output);
  return near && text !== "…" ? <text className="tensor" x={x} y={y} aria-hidden>{text}</text> : null;
}
