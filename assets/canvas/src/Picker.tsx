/** A list to choose from by typing: layers that fit, or commands. */
import { useEffect, useId, useRef, useState } from "react";
import { clamped } from "./Menu";

export interface Choice {
  name: string;
  label: string;
  /** What stands beside it: a shortcut, or the family of a layer. */
  detail?: string;
  hint?: string;
  /** Why it cannot be chosen now. */
  why?: string | null;
  group?: string;
  act(): void;
}

interface Props {
  title: string;
  placeholder: string;
  at?: { x: number; y: number };
  choices(wanted: string): readonly Choice[];
  onClose(): void;
}

export function Picker({ title, placeholder, at, choices, onClose }: Props) {
  const [wanted, setWanted] = useState("");
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const list = useId();
  const shown = choices(wanted);
  const current = Math.min(active, shown.length - 1);
  useEffect(() => {
    box.current?.querySelector(`[data-choice="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current, wanted]);
  const choose = (choice: Choice | undefined) => {
    if (!choice || choice.why) return;
    onClose();
    choice.act();
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) setActive(Math.max(0, Math.min(shown.length - 1, current + step)));
    else if (event.key === "Enter") choose(shown[current]);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
  };
  return (
    <div className={`picker ${at ? "" : "central"}`} ref={box} style={at && clamped(at, 300, 340)} role="dialog" aria-label={title} data-dialog>
      <input
        autoFocus
        value={wanted}
        placeholder={placeholder}
        role="combobox"
        aria-label={placeholder}
        aria-expanded
        aria-controls={list}
        aria-activedescendant={shown.length ? `${list}-${current}` : undefined}
        onChange={(event) => {
          setWanted(event.target.value);
          setActive(0);
        }}
        onKeyDown={key}
      />
      <div className="choices" role="listbox" id={list} aria-label={title}>
        {shown.map((choice, index) => (
          <div
            key={choice.name}
            id={`${list}-${index}`}
            data-choice={index}
            className="choice"
            role="option"
            aria-selected={index === current}
            aria-disabled={Boolean(choice.why)}
            title={choice.why ?? choice.hint}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(choice)}
          >
            {choice.group && choice.group !== shown[index - 1]?.group && <small className="group" aria-hidden>{choice.group}</small>}
            <span className="label">{choice.label}</span>
            <span className="detail">{choice.detail}</span>
            {choice.why && <span className="why">{choice.why}</span>}
          </div>
        ))}
        {shown.length === 0 && <p className="nothing">Nothing is called “{wanted}”.</p>}
      </div>
    </div>
  );
}
