/** All connections as one thin drawing, for a network seen from so far that nobody takes hold of a single one. */
import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import type { LayerNodeType } from "./LayerNode";
import { type Line, endsOf } from "./flow";
import { type Route, drawn } from "./route";
import { useHere } from "./use";

interface Props {
  nodes: readonly LayerNodeType[];
  lines: readonly Line[];
  routes: ReadonlyMap<string, Route>;
}

/** While layers are dragged, only what is connected with them is drawn anew: straight, as seen from near. */
export function Threads({ nodes, lines, routes }: Props) {
  const { direction } = useHere();
  const dragged = nodes.filter((node) => node.dragging);
  const names = dragged.map(({ id }) => id).join();
  const [resting, moving] = useMemo(() => {
    const moved = new Set(names.split(","));
    const isMoving = ({ source, target }: Line) => moved.has(source) || moved.has(target);
    return [lines.filter((line) => !isMoving(line)), lines.filter(isMoving)];
  }, [lines, names]);
  const rest = useMemo(() => resting.map(({ id }) => path(routes.get(id))).join(""), [resting, routes, direction]);
  function path(route: Route | undefined): string {
    return route ? drawn(route, direction) : "";
  }
  const now = moving.length ? endsOf(nodes, moving, direction).map(({ from, to }) => path({ from, to, lane: [] })).join("") : "";
  return (
    <ViewportPortal>
      <svg className="threads" aria-hidden>
        <Thread path={rest} />
        <Thread path={now} />
      </svg>
    </ViewportPortal>
  );
}

const Thread = memo(function Thread({ path }: { path: string }) {
  return <path d={path} />;
});
