/** Palette, toolbar, network and status line. */
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Network } from "./Network";
import { Path } from "./Path";
import { PaletteList } from "./PaletteList";
import { StatusLine } from "./StatusLine";
import { Toolbar } from "./Toolbar";
import { Foresight } from "./Foresight";
import { HoverCard } from "./HoverCard";
import { Legend } from "./Legend";
import { Outline } from "./Outline";
import { Dialogs, type Dialog } from "./Dialogs";
import { Actions, type Origin } from "./actions";
import { Colours } from "./colours";
import type { Asked } from "./commands";
import { continued } from "./connections";
import type { Direction } from "./direction";
import { edgeId, edgesOf } from "./document";
import { looks } from "./families";
import { listen } from "./keys";
import { usePicture } from "./Pictures";
import { listenPresses } from "./pressing";
import { useAside, usePresenting } from "./presenting";
import { watch } from "./pulse";
import { reachOf, useView } from "./reach";
import { useRemembered } from "./remembered";
import type { Session } from "./session";
import { SIZE } from "./size";
import { Here, useSession } from "./use";
import type { Edge, Entry } from "./wire";

const NARROW = 900; // pixels: up to this the palette is folded away at first
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
  const here = useMemo(() => ({ session, looks: looks(session.palette), colours, direction, lifted: { current: null } }), [session, session.palette, colours, direction]);
  const flowView = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const flow = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<{ entry: Entry; x: number; y: number; behind?: string } | null>(null);
  const [target, setTarget] = useState<Edge>();
  const narrow = useNarrow();
  const [openWide, setOpenWide] = useRemembered<boolean>("palette", [true, false], true);
  const [openNarrow, setOpenNarrow] = useState(false);
  const [open, setOpen] = narrow ? [openNarrow, setOpenNarrow] : [openWide, setOpenWide];
  const [aside, setAside] = useRemembered<boolean>("settings", [true, false], true);
  const [presenting, setPresenting] = usePresenting(place);
  const [outlined, setOutlined] = useState(false);
  const [boxing, setBoxing] = useState(false);
  const [dialog, setDialog] = useDialog(place);
  useFill(place);
  useAside(aside);
  const turn = () => setDirection(direction === "down" ? "right" : "down");
  const present = () => setPresenting(true);
  const picture = usePicture(place, here);
  const view = useView(session, direction, flow);
  const ask = (what: Asked) => {
    const pressed = dialog?.what === "menu" && session.chosen.length === 0 ? dialog.at : undefined;
    if (what === "add") setDialog({ what, at: pressed ?? pointOf(flow.current, session), place: pressed });
    else if (what === "tools") setDialog({ what, at: below(place.current) });
    else if (what === "replace" || what === "menu") setDialog({ what, at: pointOf(flow.current, session) });
    else setDialog({ what });
  };
  const reach = reachOf(session, actions, direction, view, { ask, boxing, setBoxing, turn, present, picture });
  const latest = useRef(reach);
  latest.current = reach;
  const close = useCallback(() => setDialog(null), [setDialog]);
  useEffect(() => {
    if (!place.current || !flow.current) return;
    const ends = [
      listen(place.current, actions, () => latest.current),
      watch(session),
      listenPresses(flow.current, ({ x, y, node, edge }) => {
        if (node !== undefined && !session.chosen.includes(node)) session.select([node]);
        if (node === undefined) session.select([]);
        setDialog({ what: "menu", at: { x, y }, edge: edgesOf(session.shown).find((one) => edgeId(one) === edge) });
      }),
    ];
    return () => ends.forEach((end) => end());
  }, [session, actions]);

  const under = (x: number, y: number, what: string) => {
    const root = place.current?.getRootNode() as Document | ShadowRoot | undefined;
    return root?.elementsFromPoint(x, y).map((element) => element.closest(what)?.getAttribute("data-id")).find((id) => id);
  };
  const edgeAt = (x: number, y: number): Edge | undefined => {
    const id = under(x, y, ".react-flow__edge");
    return id ? edgesOf(session.shown).find((edge) => edgeId(edge) === id) : undefined;
  };
  const overFlow = (x: number, y: number) => {
    const box = flow.current?.getBoundingClientRect();
    return box && x > box.left && x < box.right && y > box.top && y < box.bottom;
  };
  const drag = (entry: Entry, x: number, y: number) => {
    const edge = entry.ports.length && overFlow(x, y) ? edgeAt(x, y) : undefined;
    setDragged({ entry, x, y, behind: edge ? undefined : behind(entry, x, y) });
    setTarget(edge);
  };
  /** Where a new layer would stand in the document with its middle at a point of the window. */
  const placeAt = (at: { x: number; y: number }, down = 0) => {
    const middle = flowView.screenToFlowPosition(at);
    return session.sceneOf(direction).kept({ x: middle.x - SIZE.width / 2, y: middle.y - SIZE.height / 2 + down });
  };
  const behind = (entry: Entry, x: number, y: number) => (overFlow(x, y) ? continued(session.shown, entry, placeAt({ x, y }))?.key : undefined);
  const letGo = () => {
    setDragged(null);
    setTarget(undefined);
  };
  /** Put a layer with its middle at a point of the window, or without one behind what is selected. */
  const add = (entry: Entry, at?: { x: number; y: number }, from: Origin = {}) => {
    if (!at) return append(entry);
    actions.add(entry, placeAt(at, from.source && direction === "down" ? SIZE.height / 2 : 0), from);
  };
  const drop = (entry: Entry, x: number, y: number) => {
    letGo();
    if (!overFlow(x, y)) return;
    const edge = edgeAt(x, y);
    const source = edge ? undefined : behind(entry, x, y);
    // It is put where the pointer is; one that is drawn out of a dot hangs below the pointer.
    actions.add(entry, placeAt({ x, y }), { edge, ...(source === undefined ? {} : { source: { source, output: 0 } }) });
  };
  const append = (entry: Entry) => {
    const id = actions.append(entry);
    requestAnimationFrame(() => view.show(id));
  };
  const outline = (wanted: boolean) => {
    setOutlined(wanted);
    // Side by side they leave too little of the network.
    if (wanted && (place.current?.clientWidth ?? 0) < CRAMPED) setOpen(false);
  };
  const empty = session.status !== null && session.shown.size === 0;
  return (
    <Here value={here}>
      <div className={`workplace ${presenting ? "presenting" : ""}`} ref={place} tabIndex={-1} data-pending={session.pending}>
        <Toolbar reach={reach} open={open} onOpen={setOpen} aside={aside} onAside={setAside} outlined={outlined} onOutline={outline} />
        <div className="middle">
          {open && <PaletteList onAppend={append} onDrag={drag} onDrop={drop} onCancel={letGo} />}
          {outlined && <Outline actions={actions} onShow={view.show} />}
          <div className="network" ref={flow}>
            <Path actions={actions} />
            <Network
              actions={actions}
              edgeAt={edgeAt}
              presenting={presenting}
              target={target}
              onTarget={setTarget}
              nodeAt={(x, y) => under(x, y, ".react-flow__node") ?? undefined}
              onDrawn={(from, shape, at) => setDialog({ what: "add", at, place: at, from, shape })}
              boxing={boxing}
              onBoxed={() => setBoxing(false)}
            />
            {session.shown.size > 0 && <Legend />}
            <HoverCard place={flow} />
            {presenting && <div className="farewell" role="status">Esc leaves</div>}
            {empty && (
              <div className="empty">
                <b>Drag Input here, or press Enter on a layer</b>
                <span>Begin with Input, then put each further layer below the last: it goes on from there. Drag from the dot below a layer to the dot above another to connect them.</span>
                <span>A double click chooses a layer; Keras code can be pasted.</span>
              </div>
            )}
          </div>
        </div>
        <StatusLine />
        <Foresight session={session} />
        {dialog && <Dialogs dialog={dialog} reach={reach} onAdd={add} onShow={view.show} onOpen={setDialog} onClose={close} />}
        {dragged && (
          <div className="ghost" style={{ left: dragged.x, top: dragged.y }}>
            {dragged.entry.type}
            {target ? <small> into this connection</small> : dragged.behind && <small> behind {dragged.behind}</small>}
          </div>
        )}
      </div>
    </Here>
  );
}

/** What is open over the canvas; when it closes, the focus is where it was before. */
function useDialog(place: React.RefObject<HTMLElement | null>): [Dialog | null, (dialog: Dialog | null) => void] {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const before = useRef<{ focused: Element | null; tree: Element | null }>({ focused: null, tree: null });
  const change = useCallback(
    (wanted: Dialog | null) => {
      const root = place.current?.getRootNode() as Document | ShadowRoot | undefined;
      const focused = root?.activeElement ?? null;
      if (wanted && !focused?.closest("[data-dialog]")) before.current = { focused, tree: focused?.closest("[role=tree]") ?? null };
      setDialog(wanted);
      if (wanted) return;
      // The outline goes on from what has been found or made meanwhile.
      const row = before.current.tree?.querySelector("[tabindex='0']");
      const back = [row, before.current.focused, place.current].find((one) => one instanceof HTMLElement && one.isConnected);
      if (back instanceof HTMLElement) back.focus({ preventScroll: true });
    },
    [place],
  );
  return [dialog, change];
}

/** Where a list opens that no pointer asked for: at the first selected layer, else in the middle. */
function pointOf(flow: HTMLElement | null, session: Session): { x: number; y: number } {
  const box = flow?.getBoundingClientRect() ?? { left: 0, top: 0, width: 0, height: 0 };
  const node = flow?.querySelector(`.react-flow__node[data-id="${session.chosen[0] ?? ""}"]`)?.getBoundingClientRect();
  return node ? { x: node.left + node.width / 2, y: node.top + node.height / 2 } : { x: box.left + box.width / 2, y: box.top + box.height / 3 };
}

/** Where a menu of the toolbar opens: below the button that was pressed. */
function below(place: HTMLElement | null): { x: number; y: number } {
  const root = place?.getRootNode() as Document | ShadowRoot | undefined;
  const button = root?.activeElement?.closest(".toolbar button")?.getBoundingClientRect();
  const bar = place?.getBoundingClientRect();
  return button ? { x: button.left, y: button.bottom + 4 } : { x: (bar?.left ?? 0) + 8, y: (bar?.top ?? 0) + 44 };
}

/** Whether the window is too narrow for the palette beside the network, also once the page is shown larger. */
function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(window.innerWidth <= NARROW);
  useEffect(() => {
    const look = () => setNarrow(window.innerWidth <= NARROW);
    window.addEventListener("resize", look);
    return () => window.removeEventListener("resize", look);
  }, []);
  return narrow;
}

/** The canvas reaches down to the bottom of the window. */
function useFill(place: React.RefObject<HTMLDivElement | null>): void {
  // Before the network measures itself, or it would fit its picture into another height.
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const fill = () => {
      const top = element.getBoundingClientRect().top + document.documentElement.scrollTop;
      element.style.height = `${Math.max(LOWEST, window.innerHeight - Math.max(0, top) - MARGIN)}px`;
    };
    fill();
    // What stands above the canvas may come later than the canvas.
    const later = setTimeout(fill, 500);
    window.addEventListener("resize", fill);
    return () => {
      clearTimeout(later);
      window.removeEventListener("resize", fill);
    };
  }, [place]);
}
