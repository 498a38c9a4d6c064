/** All layers by family: search, drag one to the canvas, or press Enter on it. */
import { type PointerEvent, useRef, useState } from "react";
import { Icon } from "./Icon";
import { openHelp } from "./help";
import { useHere } from "./use";
import type { Entry } from "./wire";

const DRAG_BEGINS = 5; // pixels

interface Props {
  onAppend(entry: Entry): void;
  onDrag(entry: Entry, x: number, y: number): void;
  onDrop(entry: Entry, x: number, y: number): void;
  onCancel(): void;
}

export function PaletteList(props: Props) {
  const { session, looks } = useHere();
  const [wanted, setWanted] = useState("");
  const { families, entries } = session.palette;
  const found = entries.filter((entry) => matches(entry, families[entry.family] ?? "", wanted));
  return (
    <div className="palette-list">
      <input
        type="search"
        value={wanted}
        placeholder="Search layers"
        aria-label="Search layers"
        onChange={(event) => setWanted(event.target.value)}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key === "Enter" && first) props.onAppend(first);
        }}
      />
      <div className="families">
        {Object.entries(families).map(([family, label]) => {
          const members = found.filter((entry) => entry.family === family);
          const look = looks.get(family);
          return members.length === 0 ? null : (
            <details key={family} open>
              <summary style={{ "--family": look?.colour } as React.CSSProperties}>
                {look && <Icon className="mark" path={look.mark} />} {label}
              </summary>
              {members.map((entry) => (
                <PaletteEntry key={entry.type} entry={entry} {...props} />
              ))}
            </details>
          );
        })}
        {found.length === 0 && entries.length > 0 && <p className="nothing">No layer is called “{wanted}”.</p>}
      </div>
    </div>
  );
}

/** Every word of the search stands somewhere in name, family or explanation. */
export function matches(entry: Entry, family: string, wanted: string): boolean {
  const text = `${entry.type} ${family} ${entry.tooltip}`.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function PaletteEntry({ entry, onAppend, onDrag, onDrop, onCancel }: Props & { entry: Entry }) {
  const from = useRef<{ x: number; y: number } | null>(null);
  const dragged = useRef(false);
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    from.current = { x: event.clientX, y: event.clientY };
    dragged.current = false;
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLButtonElement>) => {
    if (!from.current) return;
    dragged.current ||= Math.hypot(event.clientX - from.current.x, event.clientY - from.current.y) > DRAG_BEGINS;
    if (dragged.current) onDrag(entry, event.clientX, event.clientY);
  };
  const up = (event: PointerEvent<HTMLButtonElement>) => {
    if (from.current && dragged.current) onDrop(entry, event.clientX, event.clientY);
    from.current = null;
  };
  const cancel = () => {
    if (from.current) onCancel();
    from.current = null;
  };
  return (
    <button
      type="button"
      className="entry"
      data-entry={entry.type}
      title={`${entry.tooltip}\nDrag it to the canvas, or press Enter to put it behind the selected layer. F1 explains it.`}
      onKeyDown={(event) => {
        if (event.key !== "F1") return;
        event.preventDefault();
        openHelp(entry.type);
      }}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={cancel}
      onClick={() => {
        if (!dragged.current) onAppend(entry);
        dragged.current = false;
      }}
    >
      {entry.type}
    </button>
  );
}
