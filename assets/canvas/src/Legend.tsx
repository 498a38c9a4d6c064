/** What the colours of the nodes mean: one menu, and the scale with its numbers. */
import { useEffect, useReducer } from "react";
import { GRADIENT } from "./colours";
import { MEASURES } from "./measures";
import { useHere } from "./use";
import { follow } from "./statistics";

export function Legend() {
  const { session, colours } = useHere();
  const [, paint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => colours.subscribe(paint), [colours]);
  const { measure, range } = colours;
  const live = measure?.live ?? false;
  const address = session.status?.statistics;
  useEffect(() => {
    if (live && address) return follow(address, (statistics) => colours.hear(statistics));
  }, [live, address, colours]);
  return (
    <div className="legend">
      <label>
        <span>Colour by</span>
        <select value={measure?.key ?? ""} onChange={(event) => colours.choose(event.target.value)}>
          <option value="">Family</option>
          <optgroup label="The network">
            {MEASURES.filter((one) => !one.live).map(({ key, label }) => <option key={key} value={key}>{label}</option>)}
          </optgroup>
          <optgroup label="The newest run, while it trains">
            {MEASURES.filter((one) => one.live).map(({ key, label }) => <option key={key} value={key}>{label}</option>)}
          </optgroup>
        </select>
      </label>
      {measure && (
        <div className="scale" title={measure.hint} aria-live="polite">
          {range ? (
            <>
              <div className="ramp" style={{ background: GRADIENT }} role="img" aria-label={`${measure.label} from ${range.low} (dark) to ${range.high} (bright)`} />
              <div className="ends" aria-hidden>
                <span>{range.low}</span>
                {measure.log && <span className="how">log</span>}
                <span>{range.high}</span>
              </div>
            </>
          ) : null}
          <small>{words()}</small>
        </div>
      )}
    </div>
  );

  function words(): string {
    const { statistics, asked } = colours;
    if (live && statistics) return `${statistics.name}, ${statistics.live ? "live, " : ""}after ${statistics.epoch.toFixed(statistics.epoch % 1 ? 2 : 0)} epochs${range ? "" : ": nothing measured of this"}`;
    if (live) return asked ? "No run of this network yet: train it, and come back to see it live." : "Asking for the newest run.";
    if (!range) return "Not known yet: shapes are coming.";
    return range.unknown ? `${range.unknown} without a value; hover over one to learn why.` : "";
  }
}
