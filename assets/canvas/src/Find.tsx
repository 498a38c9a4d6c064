/** Search among the layers that are shown, by name, type and parameters: each find is selected and brought into view. */
import { useState } from "react";
import { ICONS, Icon } from "./Icon";
import { found } from "./finding";
import { useHere } from "./use";

interface Props {
  onShow(key: string): void;
  onClose(): void;
}

export function Find({ onShow, onClose }: Props) {
  const { session } = useHere();
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const hits = found(session.shown, wanted);
  const current = hits.length ? place % hits.length : 0;
  const go = (to: number, among = hits) => {
    const next = among.length ? (to + among.length) % among.length : 0;
    setPlace(next);
    const hit = among[next];
    if (!hit) return;
    session.select([hit.key]);
    onShow(hit.key);
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter") go(current + (event.shiftKey ? -1 : 1));
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") go(current + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  };
  return (
    <div className="find" role="search" data-dialog>
      <input
        autoFocus
        type="search"
        value={wanted}
        placeholder="Name, type or parameter"
        aria-label="Search the network"
        onChange={(event) => {
          setWanted(event.target.value);
          go(0, found(session.shown, event.target.value));
        }}
        onKeyDown={key}
      />
      <span role="status">{wanted.trim() === "" ? "" : hits.length ? `${current + 1} of ${hits.length}` : "none"}</span>
      <button type="button" aria-label="Close the search" onClick={onClose}><Icon path={ICONS.close} /></button>
    </div>
  );
}
