/** What is going on: totals, whether shapes are there, whether Python has everything, and what was refused. */
import { useEffect, useState } from "react";
import { ICONS, Icon } from "./Icon";
import { Present } from "./Others";
import { useHere } from "./use";

const SHOWN_FOR = 12_000; // milliseconds,
const A_LETTER = 60; // and longer for more than a line

export function StatusLine() {
  const { session } = useHere();
  const { status } = session;
  const notice = status?.notices.at(-1);
  const [read, setRead] = useState(0);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setRead(notice.number), SHOWN_FOR + A_LETTER * Math.max(0, notice.text.length - 100));
    return () => clearTimeout(timer);
  }, [notice?.number]);
  const connection = session.silent ? "No connection to Layerloom. You can go on; your changes are kept here and sent when it is back." : "";
  return (
    <div className="status-line" role="status">
      {status?.unkept && <span className="notice unkept"><span><strong>Your last changes are not kept yet; they will be tried again and again.</strong> {status.unkept}</span></span>}
      {notice && notice.number > read && (
        <span className="notice">
          <span>{notice.text}</span>
          <button type="button" aria-label="Close this message" onClick={() => setRead(notice.number)}><Icon path={ICONS.close} /></button>
        </span>
      )}
      <span className={`state ${connection ? "silent" : (status?.status.state ?? "")}`}>{connection || session.doing?.words || status?.status.message}</span>
      <Present />
      <span className="totals">{status?.totals.map(({ text, hint }) => <span key={text} title={hint}>{text}</span>)}</span>
    </div>
  );
}
