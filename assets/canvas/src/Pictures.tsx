/** A menu of pictures to keep: what is seen or all, as PNG or SVG. */
import { useStoreApi } from "@xyflow/react";
import { useRef } from "react";
import { ICONS, Icon } from "./Icon";
import { type Reach, commandOf } from "./commands";
import { flowEdges, flowNodes, flowRoutes, laidOut } from "./flow";
import { outputShape } from "./HoverCard";
import { type Area, type Drawn, type Way, around, bends, download, measured, png, svg } from "./picture";
import { SIZE } from "./size";
import type { Surroundings } from "./use";

const KINDS = ["seen-png", "seen-svg", "all-png", "all-svg"];

export function Pictures({ reach }: { reach: Reach }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (menu.current) menu.current.open = false;
  };
  return (
    <details className="pictures lesser" ref={menu} onBlur={({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || close()}>
      <summary title="Keep the network as a picture"><Icon path={ICONS.picture} /><span className="word">Picture</span></summary>
      <div className="kinds">
        {KINDS.map((name) => {
          const { label, why, run } = commandOf(name);
          const choose = () => {
            close();
            run(reach);
          };
          return <button key={name} type="button" disabled={why(reach) !== null} onClick={choose}>{label}</button>;
        })}
      </div>
    </details>
  );
}

/** How a picture is made: with the colours that the canvas has now. */
export function usePicture(place: React.RefObject<HTMLElement | null>, { session, looks, colours, direction }: Surroundings): Reach["picture"] {
  const store = useStoreApi();
  const drawing = (all: boolean): { svg: Blob; area: Area } | undefined => {
    if (!place.current) return;
    const scene = session.sceneOf(direction);
    const nodes = flowNodes(scene, [], new Set());
    const corners = laidOut(nodes);
    const edges = flowEdges(scene, []);
    const routes = flowRoutes(nodes, edges, direction);
    const lines = edges.flatMap(({ id, data }): Way[] => {
      const route = routes.get(id);
      const shape = data ? outputShape(session.node(data.edge.source), data.edge.output) : "…";
      return route ? [{ route, shape: shape === "…" ? "" : shape }] : [];
    });
    const { width, height, transform: [x, y, zoom] } = store.getState();
    const drawn = nodes.flatMap(({ id, type, width = SIZE.width, height = SIZE.height }): Drawn[] => {
      const [node, at] = [session.node(id), corners.get(id)];
      return node && at ? [{ at, size: { width, height }, frame: type === "frame", node, look: looks.get(node.family), painted: colours.of(id) }] : [];
    });
    const area: Area = all ? around([...drawn, ...lines.flatMap(({ route }) => bends(route, direction))]) : { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
    const style = getComputedStyle(place.current);
    const theme = { paper: style.backgroundColor, ink: style.color, error: style.getPropertyValue("--error").trim() };
    const picture = svg(area, drawn, lines, direction, theme, measured());
    return { svg: new Blob([picture], { type: "image/svg+xml" }), area };
  };
  return async (all, kind) => {
    session.doing?.stop();
    const over = new AbortController();
    const doing = { words: "Drawing the picture. Esc gives it up.", stop: () => over.abort() };
    session.work(doing);
    try {
      await painted();
      const made = over.signal.aborted ? undefined : drawing(all);
      // What is too large for the browser to paint is kept as a drawing.
      const pixels = made && kind === "png" ? await png(made.svg, made.area).catch(() => null) : null;
      if (made && !over.signal.aborted) download(pixels ?? made.svg, pixels ? "network.png" : "network.svg");
    } finally {
      if (session.doing === doing) session.work(null);
    }
  };
}

/** Until what has been said is there to be read. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
