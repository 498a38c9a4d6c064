/** The menu of what was clicked with the other button, or pressed for a while: of layers, a connection, or the canvas. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Reach, commandOf, written } from "./commands";

/** Names of commands, in groups; those in `if they can` are left out where they cannot be done. */
const OF_LAYERS = [
  ["cut", "copy", "duplicate", "delete"],
  ["replace", "disable", "join", "fold", "unfold", "open", "unroll", "more", "less"],
  ["upstream", "downstream", "whole", "type"],
  ["left", "centre", "right", "top", "middle", "bottom", "across", "down"],
];
const OF_CANVAS = [
  ["add", "paste", "code"],
  ["all", "box", "search"],
  ["undo", "redo", "leave"],
  ["tidy", "fit"],
  ["commands", "shortcuts"],
];
/** What the toolbar has, and what it has no room for. */
const OF_TOOLBAR = [
  ["undo", "redo", "duplicate", "delete", "code"],
  ["fold", "unfold", "open", "unroll", "unroll-all", "leave"],
  ["box", "search"],
  ["tidy", "turn", "fit", "present"],
  ["all-png", "all-svg", "seen-png", "seen-svg"],
  ["commands", "shortcuts"],
];
const ALWAYS = new Set(["add", "paste", "code", "undo", "redo", "cut", "copy", "duplicate", "delete", "replace", "disable", "fold"]);

export interface Item {
  name: string;
  label: string;
  key?: string;
  why?: string | null;
  act(): void;
}

export function itemsOf(reach: Reach, all = false): Item[][] {
  return (all ? OF_TOOLBAR : reach.session.chosen.length ? OF_LAYERS : OF_CANVAS)
    .map((names) => names.map(commandOf).filter((command) => ALWAYS.has(command.name) || command.why(reach) === null))
    .map((group) =>
      group.map((command) => ({
        name: command.name,
        label: command.label,
        key: command.keys[0] && written(command.keys[0]),
        why: command.why(reach),
        act: () => command.run(reach),
      })),
    )
    .filter((group) => group.length > 0);
}

interface Props {
  at: { x: number; y: number };
  groups: readonly (readonly Item[])[];
  onClose(): void;
}

export function Menu({ at, groups, onClose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>("button")?.focus(), []);
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => setHeight(box.current?.offsetHeight ?? 0), []);
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const buttons = [...(box.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const place = buttons.indexOf(event.target as HTMLElement);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next !== undefined) buttons.at(next % buttons.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
  };
  return (
    <div className="menu" role="menu" ref={box} style={clamped(at, 300, height)} onKeyDown={key} data-dialog>
      {groups.map((group, index) => (
        <div key={index} role="group">
          {group.map(({ name, label, key: shortcut, why, act }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              aria-disabled={Boolean(why)}
              title={why ?? undefined}
              onClick={() => {
                if (why) return;
                onClose();
                act();
              }}
            >
              <span>{label}</span>
              <kbd>{shortcut}</kbd>
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

/** Where something of a size can be put at a point of the window, so that all of it is seen. */
export function clamped({ x, y }: { x: number; y: number }, width: number, height: number): React.CSSProperties {
  return { left: Math.max(4, Math.min(x, window.innerWidth - width - 8)), top: Math.max(4, Math.min(y, window.innerHeight - height - 8)) };
}
