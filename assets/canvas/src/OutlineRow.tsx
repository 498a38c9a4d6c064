/** A line of the outline; drawn anew only when it has changed, for there may be a thousand. */
import { memo } from "react";
import { Icon } from "./Icon";
import { type Row, spoken } from "./outline";
import { useHere } from "./use";

/** What can be done with a row. */
export interface RowDeeds {
  onFocus(row: Row): void;
  onClick(row: Row, event: React.MouseEvent): void;
  onDoubleClick(row: Row): void;
  onTwist(row: Row): void;
  /** With a new name, or none where it was given up. */
  onRenamed(row: Row, to: string): void;
}

interface Props {
  row: Row;
  /** Whether the keys are at it. */
  here: boolean;
  selected: boolean;
  /** Whether the block that is open lies in it. */
  around: boolean;
  renaming: boolean;
  does: RowDeeds;
}

function Line({ row, here, selected, around, renaming, does }: Props) {
  const { looks } = useHere();
  const { node } = row;
  const look = looks.get(node.family);
  const worst = node.troubles.find((trouble) => trouble.severity === "error") ?? node.troubles[0];
  return (
    <div
      role="treeitem"
      data-row={row.key}
      tabIndex={here ? 0 : -1}
      className={`row ${around ? "around" : ""} ${worst?.severity ?? ""}`}
      style={{ "--level": row.level, "--family": look?.colour } as React.CSSProperties}
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-selected={selected}
      aria-expanded={row.expanded}
      aria-label={spoken(node)}
      onFocus={() => does.onFocus(row)}
      onClick={(event) => does.onClick(row, event)}
      onDoubleClick={() => does.onDoubleClick(row)}
    >
      {row.expanded !== undefined && <Twist row={row} onTwist={() => does.onTwist(row)} still={around} />}
      {look && <Icon className="mark" path={look.mark} />}
      {renaming ? (
        <Rename name={node.id} onDone={(to) => does.onRenamed(row, to)} />
      ) : (
        <>
          <span className="type">{node.layer.type}</span>
          <span className="id"> {node.id}</span>
          {worst && <b className="trouble" aria-hidden title={worst.message}>{worst.severity === "error" ? "!" : "?"}</b>}
        </>
      )}
    </div>
  );
}

export const OutlineRow = memo(Line, (before, after) => {
  const [one, other] = [before.row, after.row];
  const sameRow = one.key === other.key && one.node === other.node && one.place === other.place && one.of === other.of && one.expanded === other.expanded;
  return sameRow && before.here === after.here && before.selected === after.selected && before.around === after.around && before.renaming === after.renaming;
});

/** Shows what is inside of a block, and hides it; keys do it with the arrows. */
function Twist({ row, onTwist, still }: { row: Row; onTwist(): void; still: boolean }) {
  return (
    <span
      className={`twist ${still ? "still" : ""}`}
      aria-hidden
      onClick={(event) => {
        event.stopPropagation();
        if (!still) onTwist();
      }}
    >
      {row.expanded ? "▾" : "▸"}
    </span>
  );
}

/** Once, when the field appears: a function made anew with each drawing would select again what has been typed meanwhile. */
function select(input: HTMLInputElement | null): void {
  input?.select();
}

function Rename({ name, onDone }: { name: string; onDone(to: string): void }) {
  return (
    <input
      defaultValue={name}
      aria-label={`New name of ${name}`}
      maxLength={64}
      pattern="[a-z][a-z0-9_]*"
      title="Small letters, digits and _"
      ref={select}
      onBlur={(event) => onDone(event.target.value.trim())}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") onDone("");
      }}
    />
  );
}
