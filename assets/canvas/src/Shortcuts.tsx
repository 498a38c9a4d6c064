/** All shortcuts of the canvas, and what the mouse and the finger do. */
import { useEffect, useRef } from "react";
import { COMMANDS, type Group, written } from "./commands";

const BY_HAND: readonly [string, string][] = [
  ["Drag from a dot to a dot", "Connect two layers"],
  ["Drag from a dot to the empty canvas", "Choose a layer that fits there"],
  ["Drag a layer onto a connection", "Put it in between"],
  ["Shift and drag", "Select with a box"],
  ["Shift and click, Ctrl and click", "Select one more"],
  ["Right click, or press for a while", "Menu"],
  ["Double-click the empty canvas", "Add a layer there"],
  ["Double-click a block", "Open it"],
  ["+ on a block, - on its frame", "Show what is inside in its place, or hide it"],
  ["Arrow keys", "Move what is selected"],
  ["Tab, then Enter", "Go through the layers and connections, and select one"],
];

const OUTLINED: readonly [string, string][] = [
  ["Up, Down, letters", "Go to a layer, and select it"],
  ["Ctrl and Up or Down, Space", "Go without selecting; select one more"],
  ["Shift and Up or Down", "Select further ones"],
  ["Right, Left", "Show and hide what is inside of a block"],
  ["Enter, F2", "Change its settings, its name"],
  ["Alt and Up or Down", "One step earlier or later"],
  ["Ctrl+K, Menu key", "All else, in place of single letters"],
];

export function Shortcuts({ onClose }: { onClose(): void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const groups: readonly Group[] = ["Edit", "Layers", "Select", "Arrange", "View"];
  return (
    <div
      className="shortcuts"
      role="dialog"
      aria-label="Shortcuts"
      tabIndex={-1}
      ref={box}
      data-dialog
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" || event.key === "?") onClose();
      }}
    >
      <div className="columns">
        {groups.map((group) => {
          const listed = COMMANDS.filter((command) => command.group === group && command.keys.length > 0);
          return listed.length === 0 ? null : (
            <section key={group}>
              <h3>{group}</h3>
              {listed.map(({ name, label, keys }) => (
                <p key={name}>
                  <span>{label}</span>
                  <span>{keys.map((key) => <kbd key={key}>{written(key)}</kbd>)}</span>
                </p>
              ))}
            </section>
          );
        })}
        <InWords title="By hand" lines={BY_HAND} />
        <InWords title="In the outline" lines={OUTLINED} />
      </div>
      <button type="button" onClick={onClose}>Close</button>
    </div>
  );
}

function InWords({ title, lines }: { title: string; lines: readonly [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      {lines.map(([how, what]) => (
        <p key={how}>
          <span>{how}</span>
          <span>{what}</span>
        </p>
      ))}
    </section>
  );
}
