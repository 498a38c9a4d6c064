/** The network as a tree: everything the canvas can do, without pointing at anything. */
import { useEffect, useRef, useState } from "react";
import { Icon } from "./Icon";
import { OutlineActions } from "./OutlineActions";
import { type Actions, isInstance } from "./actions";
import { openHelp } from "./help";
import { type Row, rows, shifted, spoken, typedAhead } from "./outline";
import { useHere } from "./use";

const TYPING = 600; // milliseconds between two letters of one word

interface Props {
  actions: Actions;
  /** Bring a layer into view on the canvas. */
  onShow(key: string): void;
}

export function Outline({ actions, onShow }: Props) {
  const { session, looks } = useHere();
  const tree = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState("");
  const [renaming, setRenaming] = useState("");
  const typed = useRef({ text: "", at: 0 });
  const wasAt = useRef(0);
  const all = rows(session.shown, session.status?.path ?? []);
  const found = all.findIndex((row) => row.key === active);
  // What has just been removed leaves the focus at its place.
  const at = found >= 0 ? found : Math.max(0, Math.min(wasAt.current, all.length - 1));
  const here = all[at];
  const lost = found < 0 && active !== "";
  useEffect(() => {
    wasAt.current = at;
    const inside = tree.current?.getRootNode() as Document | ShadowRoot | undefined;
    if (lost && here && (inside?.activeElement === null || tree.current?.contains(inside?.activeElement ?? null))) go(at, false);
  });

  const go = (to: number, selecting: boolean) => {
    const row = all[to];
    if (!row) return;
    setActive(row.key);
    wasAt.current = to;
    if (selecting) session.select(row.node ? [row.key] : []);
    if (row.node) onShow(row.key);
    requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.key)}"]`)?.focus());
  };
  const extend = (to: number) => {
    const chosen = new Set(session.selected);
    const key = all[to]?.key;
    if (key && all[to]?.node) session.select([...chosen.add(here?.key ?? key), key]);
    go(to, false);
  };
  const toggle = (key: string) => {
    const chosen = session.selected.includes(key) ? session.selected.filter((one) => one !== key) : [...session.selected, key];
    session.select(chosen);
  };
  const shift = (by: -1 | 1) => {
    const edge = here?.node && shifted(session.shown, here.node, by);
    if (edge && here?.node) session.edit({ type: "Insert", id: here.node.id, edge });
  };
  const inward = () => {
    if (!here) return;
    if (here.node && isInstance(here.node)) actions.enter(here.key);
    else if (!here.node) go(at + 1, true);
  };
  const outward = () => {
    if (!here) return;
    if (here.node) go(all.filter((row) => !row.node).length - 1, true);
    else if (at > 0) go(at - 1, true);
  };

  const key = (event: React.KeyboardEvent) => {
    if (renaming || !here || event.target !== event.currentTarget.querySelector(":focus")) return;
    const act = command(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const command = (event: React.KeyboardEvent): (() => void) | null => {
    if (event.altKey) return event.key === "ArrowUp" ? () => shift(-1) : event.key === "ArrowDown" ? () => shift(1) : null;
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const to = steps[event.key];
    if (to !== undefined) return () => (event.shiftKey ? extend(to) : go(to, !event.ctrlKey));
    if (event.key === " ") return () => here?.node && toggle(here.key);
    if (event.ctrlKey || event.metaKey) return null;
    switch (event.key) {
      case "ArrowRight":
        return inward;
      case "ArrowLeft":
        return outward;
      case "Enter":
        return () => (here?.node ? configure(here) : actions.leave(here?.depth ?? 0));
      case "F2":
        return () => here?.node && setRenaming(here.key);
      case "F1":
        return () => here?.node && openHelp(here.node.layer.type);
      default:
        return event.key.length === 1 ? () => jump(event.key) : null;
    }
  };
  const jump = (letter: string) => {
    const now = performance.now();
    typed.current = { text: now - typed.current.at < TYPING ? typed.current.text + letter : letter, at: now };
    const to = typedAhead(all, at, typed.current.text);
    if (to >= 0) go(to, true);
  };
  const configure = (row: Row) => {
    session.select([row.key]);
    focusForm(row.key);
  };

  return (
    <div className="outline">
      <div className="tree" role="tree" aria-label="Outline of the network" aria-multiselectable ref={tree} onKeyDown={key}>
        {all.map((row, index) => {
          const { node } = row;
          const look = node && looks.get(node.family);
          const worst = node?.troubles.find((trouble) => trouble.severity === "error") ?? node?.troubles[0];
          return (
            <div
              key={row.key}
              role="treeitem"
              data-row={row.key}
              tabIndex={index === at ? 0 : -1}
              className={`row ${node ? "" : "around"} ${worst?.severity ?? ""}`}
              style={{ "--level": row.level, "--family": look?.colour } as React.CSSProperties}
              aria-level={row.level}
              aria-posinset={row.place}
              aria-setsize={row.of}
              aria-selected={node ? session.selected.includes(row.key) : false}
              aria-expanded={node ? (isInstance(node) ? false : undefined) : true}
              aria-label={node ? spoken(node) : row.key.replace(/^\/\d+ /, "")}
              onFocus={() => setActive(row.key)}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey) toggle(row.key);
                else go(index, true);
              }}
              onDoubleClick={() => (node ? actions.enter(row.key) : actions.leave(row.depth ?? 0))}
            >
              {look && <Icon className="mark" path={look.mark} />}
              {renaming === row.key && node ? (
                <Rename
                  name={node.id}
                  onDone={(to) => {
                    setRenaming("");
                    if (to && to !== node.id) {
                      session.edit({ type: "Rename", id: node.id, to });
                      session.select([to]);
                    }
                    setActive(to && to !== node.id ? to : row.key);
                    requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus());
                  }}
                />
              ) : (
                <>
                  <span className="type">{node ? node.layer.type : row.key.replace(/^\/\d+ /, "")}</span>
                  {node && <span className="id"> {node.id}</span>}
                  {worst && <b className="trouble" aria-hidden title={worst.message}>{worst.severity === "error" ? "!" : "?"}</b>}
                </>
              )}
            </div>
          );
        })}
        {all.length === 0 && <p className="nothing" role="none">Nothing here yet. Add a layer below.</p>}
      </div>
      <OutlineActions
        actions={actions}
        node={here?.node}
        onAdded={(id) => {
          setActive(id);
          requestAnimationFrame(() => onShow(id));
        }}
        onConfigure={() => here?.node && configure(here)}
        onRename={() => here?.node && setRenaming(here.key)}
        onShift={shift}
      />
    </div>
  );
}

function Rename({ name, onDone }: { name: string; onDone(to: string): void }) {
  return (
    <input
      defaultValue={name}
      aria-label={`New name of ${name}`}
      maxLength={64}
      pattern="[a-z][a-z0-9_]*"
      title="Small letters, digits and _"
      ref={(input) => input?.select()}
      onBlur={(event) => onDone(event.target.value.trim())}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") onDone("");
      }}
    />
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
