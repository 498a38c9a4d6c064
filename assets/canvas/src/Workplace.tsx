/** Palette, toolbar, network and status line. */
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Network } from "./Network";
import { Path } from "./Path";
import { PaletteList } from "./PaletteList";
import { StatusLine } from "./StatusLine";
import { Toolbar } from "./Toolbar";
import { HoverCard } from "./HoverCard";
import { Legend } from "./Legend";
import { Outline } from "./Outline";
import { Actions } from "./actions";
import { Colours } from "./colours";
import { type Direction, kept, seen } from "./direction";
import { edgeId, edgesOf } from "./document";
import { looks } from "./families";
import { listen } from "./keys";
import { watch } from "./pulse";
import { useRemembered } from "./remembered";
import type { Session } from "./session";
import { SIZE } from "./size";
import { Here, useSession } from "./use";
import type { Edge, Entry } from "./wire";

const NARROW = 900; // pixels: below this the palette is folded away at first
const CRAMPED = 900; // of the workplace: below this only one of palette and outline is open
const LOWEST = 420;
const MARGIN = 16;

export function Workplace({ session }: { session: Session }) {
  return (
    <ReactFlowProvider>
      <Inside session={session} />
    </ReactFlowProvider>
  );
}

function Inside({ session }: { session: Session }) {
  useSession(session);
  const actions = useMemo(() => new Actions(session), [session]);
  const [direction, setDirection] = useRemembered<Direction>("direction", ["down", "right"], "down");
  const colours = useMemo(() => new Colours(session), [session]);
  const here = useMemo(() => ({ session, looks: looks(session.palette), colours, direction }), [session, session.palette, colours, direction]);
  const view = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const flow = useRef<HTMLDivElement>(null);
  const selectedEdges = useRef<Edge[]>([]);
  const [dragged, setDragged] = useState<{ entry: Entry; x: number; y: number } | null>(null);
  const [target, setTarget] = useState<Edge>();
  const [open, setOpen] = useState(true);
  const [outlined, setOutlined] = useState(false);
  useFill(place, setOpen);
  useEffect(() => {
    if (!place.current) return;
    const reach = { place: place.current, session, actions, selectedEdges: () => selectedEdges.current };
    const deaf = listen(reach);
    const blind = watch(session);
    return () => {
      deaf();
      blind();
    };
  }, [session, actions]);

  const edgeAt = (x: number, y: number): Edge | undefined => {
    const root = place.current?.getRootNode() as Document | ShadowRoot | undefined;
    const hit = root?.elementsFromPoint(x, y).map((element) => element.closest(".react-flow__edge")?.getAttribute("data-id"));
    const id = hit?.find((found) => found);
    return id ? edgesOf(session.shown).find((edge) => edgeId(edge) === id) : undefined;
  };
  const overFlow = (x: number, y: number) => {
    const box = flow.current?.getBoundingClientRect();
    return box && x > box.left && x < box.right && y > box.top && y < box.bottom;
  };
  const drag = (entry: Entry, x: number, y: number) => {
    setDragged({ entry, x, y });
    setTarget(entry.ports.length && overFlow(x, y) ? edgeAt(x, y) : undefined);
  };
  const letGo = () => {
    setDragged(null);
    setTarget(undefined);
  };
  const drop = (entry: Entry, x: number, y: number) => {
    letGo();
    if (!overFlow(x, y)) return;
    const middle = view.screenToFlowPosition({ x, y });
    const corner = { x: middle.x - SIZE.width / 2, y: middle.y - SIZE.height / 2 };
    actions.drop(entry, kept(corner, direction), edgeAt(x, y));
  };
  const append = (entry: Entry) => {
    const id = actions.append(entry);
    requestAnimationFrame(() => bringIntoView(id));
  };
  const bringIntoView = (id: string) => {
    const node = session.node(id);
    const box = flow.current?.getBoundingClientRect();
    if (!node || !box) return;
    const at = seen(node, direction);
    const corner = view.flowToScreenPosition(at);
    const end = view.flowToScreenPosition({ x: at.x + SIZE.width, y: at.y + SIZE.height });
    const inView = corner.x > box.left && corner.y > box.top && end.x < box.right && end.y < box.bottom;
    if (!inView) view.setCenter(at.x + SIZE.width / 2, at.y + SIZE.height / 2, { zoom: Math.min(view.getZoom(), 1), duration: 250 });
  };
  const outline = (wanted: boolean) => {
    setOutlined(wanted);
    // Side by side they leave too little of the network.
    if (wanted && (place.current?.clientWidth ?? 0) < CRAMPED) setOpen(false);
  };
  const empty = session.status !== null && session.shown.size === 0;
  return (
    <Here value={here}>
      <div className="workplace" ref={place} tabIndex={-1} data-pending={session.pending}>
        <Toolbar
          actions={actions}
          open={open}
          onOpen={setOpen}
          direction={direction}
          onDirection={setDirection}
          outlined={outlined}
          onOutline={outline}
          selectedEdges={() => selectedEdges.current}
        />
        <div className="middle">
          {open && <PaletteList onAppend={append} onDrag={drag} onDrop={drop} onCancel={letGo} />}
          {outlined && <Outline actions={actions} onShow={bringIntoView} />}
          <div className="network" ref={flow}>
            <Path actions={actions} />
            <Network
              actions={actions}
              edgeAt={edgeAt}
              target={target}
              onTarget={setTarget}
              onEdges={(edges) => {
                selectedEdges.current = edges;
              }}
            />
            {session.shown.size > 0 && <Legend />}
            <HoverCard place={flow} />
            {empty && (
              <div className="empty">
                <b>Drag Input here, or press Enter on a layer</b>
                <span>Begin with Input, then add layers one after the other. Drag from the dot below a layer to the dot above another to connect them.</span>
              </div>
            )}
          </div>
        </div>
        <StatusLine />
        {dragged && (
          <div className="ghost" style={{ left: dragged.x, top: dragged.y }}>
            {dragged.entry.type}
            {target && <small> into this connection</small>}
          </div>
        )}
      </div>
    </Here>
  );
}

/** The canvas reaches down to the bottom of the window; in a narrow one the palette is folded. */
function useFill(place: React.RefObject<HTMLDivElement | null>, setOpen: (open: boolean) => void): void {
  // Before the network measures itself, or it would fit its picture into another height.
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const fill = () => {
      const top = element.getBoundingClientRect().top + document.documentElement.scrollTop;
      element.style.height = `${Math.max(LOWEST, window.innerHeight - Math.max(0, top) - MARGIN)}px`;
    };
    fill();
    setOpen(window.innerWidth > NARROW);
    // What stands above the canvas may come later than the canvas.
    const later = setTimeout(fill, 500);
    window.addEventListener("resize", fill);
    return () => {
      clearTimeout(later);
      window.removeEventListener("resize", fill);
    };
  }, [place, setOpen]);
}
