/** The network as a tree: everything the canvas can do, without pointing at anything. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { OutlineActions } from "./OutlineActions";
import { OutlineRow, type RowDeeds } from "./OutlineRow";
import type { Actions } from "./actions";
import { type Ground, groundOf, there } from "./ground";
import { openHelp } from "./help";
import { type Row, rows, shifted, typedAhead } from "./outline";
import { useSteady } from "./steady";
import { useHere } from "./use";

const APART = /^(Escape|Tab|Shift|Control|Meta|Alt|\?|[zyafv])$/i; // keys that concern no layer
const TYPING = 600; // milliseconds between two letters of one word

interface Props {
  actions: Actions;
  /** Bring a layer into view on the canvas. */
  onShow(key: string): void;
}

export function Outline({ actions, onShow }: Props) {
  const { session } = useHere();
  const outline = useRef<HTMLDivElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState("");
  const [renaming, setRenaming] = useState("");
  const typed = useRef({ text: "", at: 0 });
  const wasAt = useRef(0);
  /** What was selected from here last. */
  const mine = useRef(session.chosen.join());
  const all = rows(session.within);
  const found = all.findIndex((row) => row.key === active);
  // What has just been removed leaves the focus at its place.
  const at = found >= 0 ? found : Math.max(0, Math.min(wasAt.current, all.length - 1));
  const here = all[at];
  const root = () => tree.current?.getRootNode() as Document | ShadowRoot | undefined;
  const focusOn = (key: string) => tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)?.focus();
  // What is drawn anew, taken away or switched off loses the focus, and keys would lead nowhere.
  const held = outline.current?.contains(root()?.activeElement ?? null) ?? false;
  useLayoutEffect(() => {
    wasAt.current = at;
    const focused = root()?.activeElement;
    if (held && here && (!outline.current?.contains(focused ?? null) || focused?.matches(":disabled"))) focusOn(here.key);
  });
  // What an edit, a search or a click on the canvas has selected is where the outline goes on from.
  const chosen = session.chosen.join();
  useEffect(() => {
    if (chosen === mine.current) return;
    mine.current = chosen;
    const row = all.find(({ key }) => key === session.path(session.chosen[0] ?? ""));
    if (!row || session.chosen.some((key) => session.path(key) === active)) return;
    setActive(row.key);
    if (tree.current?.contains(root()?.activeElement ?? null)) focusOn(row.key);
  });
  const choose = (keys: readonly string[]) => {
    session.select(keys);
    mine.current = session.chosen.join();
  };

  /** What a row is called on the canvas, if it is seen there. */
  const onCanvas = (row: Row): string | undefined => {
    const open = session.opened.join("/");
    const key = open === "" ? row.key : row.key.startsWith(`${open}/`) ? row.key.slice(open.length + 1) : undefined;
    return key !== undefined && session.node(key) ? key : undefined;
  };
  const groundAt = (row: Row | undefined): Ground | undefined => {
    const key = row && onCanvas(row);
    return key === undefined ? undefined : groundOf(session, [key]);
  };
  const go = (to: number, selecting: boolean) => {
    const row = all[to];
    if (!row) return;
    setActive(row.key);
    wasAt.current = to;
    const key = onCanvas(row);
    if (selecting) choose(key === undefined ? [] : [key]);
    if (key !== undefined) onShow(key);
    requestAnimationFrame(() => focusOn(row.key));
  };
  const extend = (to: number) => {
    const key = all[to] && onCanvas(all[to]);
    const from = here && onCanvas(here);
    if (key !== undefined) choose([...new Set([...session.chosen, ...(from === undefined ? [] : [from]), key])]);
    go(to, false);
  };
  const toggle = (row: Row) => {
    const key = onCanvas(row);
    if (key === undefined) return;
    const { chosen } = session;
    choose(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  };
  const shift = (by: -1 | 1) => {
    const ground = groundAt(here);
    const edge = here && ground && shifted(ground.doc, here.node, by);
    if (edge) session.edit(...there(ground, [{ type: "Insert", id: here.node.id, edge }]));
  };
  const isAround = (row: Row) => session.opened.join("/").concat("/").startsWith(`${row.key}/`);
  const inward = () => {
    if (here?.expanded === false) session.unrollPaths([here.key], true);
    else if (here?.expanded) go(at + 1, true);
  };
  const outward = () => {
    if (!here) return;
    if (here.expanded && !isAround(here)) session.unrollPaths([here.key], false);
    else if (here.within.length) go(all.findIndex(({ key }) => key === here.within.join("/")), true);
  };
  /** Edit a layer where it lies: its block is opened. */
  const visit = (row: Row) => session.open(row.within, [row.node.key]);

  const key = (event: React.KeyboardEvent) => {
    if (renaming || !here || event.target !== event.currentTarget.querySelector(":focus")) return;
    const act = command(event);
    // A key of the canvas means the layer that one stands at, where nothing is selected.
    const key = onCanvas(here);
    if (!act && key !== undefined && session.chosen.length === 0 && !APART.test(event.key)) choose([key]);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const command = (event: React.KeyboardEvent): (() => void) | null => {
    if (event.ctrlKey && event.shiftKey) return null;
    if (event.altKey) return event.key === "ArrowUp" ? () => shift(-1) : event.key === "ArrowDown" ? () => shift(1) : null;
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const to = steps[event.key];
    if (to !== undefined) return () => (event.shiftKey ? extend(to) : go(to, !event.ctrlKey));
    if (event.key === " ") return () => here && toggle(here);
    if (event.ctrlKey || event.metaKey) return null;
    switch (event.key) {
      case "ArrowRight":
        return inward;
      case "ArrowLeft":
        return outward;
      case "Enter":
        return () => here && configure(here);
      case "F2":
        return () => here && onCanvas(here) !== undefined && setRenaming(here.key);
      case "F1":
        return () => here && openHelp(here.node.layer.type);
      default:
        return event.key.length === 1 && event.key !== "?" ? () => jump(event.key) : null;
    }
  };
  const jump = (letter: string) => {
    const now = performance.now();
    typed.current = { text: now - typed.current.at < TYPING ? typed.current.text + letter : letter, at: now };
    const to = typedAhead(all, at, typed.current.text);
    if (to >= 0) go(to, true);
  };
  const configure = (row: Row) => {
    const key = onCanvas(row);
    if (key === undefined) visit(row);
    else choose([key]);
    focusForm(row.node.key);
  };

  const renamed = (row: Row, to: string) => {
    const { node } = row;
    setRenaming("");
    if (to && to !== node.id) {
      const ground = groundAt(row) ?? groundOf(session);
      session.edit(...there(ground, [{ type: "Rename", id: node.id, to }]));
      choose([ground.before + to]);
    }
    setActive(to && to !== node.id ? [...row.within, to].join("/") : row.key);
    requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus());
  };
  const does = useSteady<RowDeeds>({
    onFocus: ({ key }) => setActive(key),
    onClick: (row, event) => {
      if (event.ctrlKey || event.metaKey) toggle(row);
      else if (onCanvas(row) === undefined) visit(row);
      else go(all.findIndex(({ key }) => key === row.key), true);
    },
    onDoubleClick: (row) => (row.expanded === undefined ? visit(row) : session.open([...row.within, row.node.key])),
    onTwist: (row) => session.unrollPaths([row.key], !row.expanded),
    onRenamed: renamed,
  });

  const selected = new Set(session.chosen.map((key) => session.path(key)));
  return (
    <div className="outline" ref={outline}>
      <div className="tree" role="tree" aria-label="Outline of the network" aria-multiselectable ref={tree} onKeyDown={key}>
        {all.map((row, index) => (
          <OutlineRow
            key={row.key}
            row={row}
            here={index === at}
            selected={selected.has(row.key)}
            around={isAround(row)}
            renaming={renaming === row.key}
            does={does}
          />
        ))}
        {all.length === 0 && <p className="nothing" role="none">Nothing here yet. Add a layer below.</p>}
      </div>
      <OutlineActions
        actions={actions}
        node={here && groundAt(here) ? here.node : undefined}
        ground={groundAt(here) ?? groundOf(session)}
        elsewhere={here && !groundAt(here) ? { name: here.node.id, visit: () => visit(here) } : undefined}
        onAdded={(key) => {
          mine.current = session.chosen.join();
          setActive(session.path(key));
          requestAnimationFrame(() => onShow(key));
        }}
        onConfigure={() => here && configure(here)}
        onRename={() => here && setRenaming(here.key)}
        onShift={shift}
      />
    </div>
  );
}

const PATIENCE = 60; // looks at the page until the form of the layer is there
const LOOK = 50; // milliseconds between two

/** The form stands outside the canvas, and comes with Python's next answer: its first field holds the layer's name. */
function focusForm(name: string, left = PATIENCE): void {
  const field = document.querySelector<HTMLInputElement>(".st-key-side input[aria-label='Name']");
  if (field?.value === name) field.focus();
  else if (left) setTimeout(() => focusForm(name, left - 1), LOOK);
}
