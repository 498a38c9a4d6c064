/** Search among all layers, also inside of blocks, by name, type and parameters: each find is selected and brought into view. */
import { useState } from "react";
import { ICONS, Icon } from "./Icon";
import { type Hit, foundAnywhere } from "./finding";
import { useHere } from "./use";

interface Props {
  onShow(key: string): void;
  onClose(): void;
}

export function Find({ onShow, onClose }: Props) {
  const { session } = useHere();
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const hits = foundAnywhere(session.seen.doc, session.library, wanted);
  // What has been opened meanwhile stands elsewhere among the finds.
  const at = hits.findIndex(({ key }) => key === session.chosen[0]);
  const current = at >= 0 ? at : hits.length ? place % hits.length : 0;
  const waiting = (hits[current]?.closed.length ?? 0) > 0;
  const go = (to: number) => {
    const next = hits.length ? (to + hits.length) % hits.length : 0;
    setPlace(next);
    const hit = hits[next];
    if (hit) show(hit);
  };
  const show = ({ key, closed }: Hit) => {
    if (closed.length) {
      session.selectLater([key]);
      session.unroll(closed, true);
      return;
    }
    session.select([key]);
    onShow(key);
  };
  const key = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter") go(waiting ? current : current + (event.shiftKey ? -1 : 1));
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
          setPlace(0);
          // Blocks are opened when it is asked for, and not while a word is being typed.
          const [first] = foundAnywhere(session.seen.doc, session.library, event.target.value);
          if (first?.closed.length === 0) show(first);
        }}
        onKeyDown={key}
      />
      <span role="status">{wanted.trim() === "" ? "" : hits.length ? `${current + 1} of ${hits.length}${waiting ? `, inside ${hits[current]?.closed.at(-1)}: Enter` : ""}` : "none"}</span>
      <button type="button" aria-label="Close the search" onClick={onClose}><Icon path={ICONS.close} /></button>
    </div>
  );
}
