/** Whether the document has changed elsewhere, or shapes have come: a small request now and then, and none in a hidden tab. */
import type { Other } from "./company";
import type { Session } from "./session";

const CALM = 2000; // milliseconds
const EAGER = 400; // while shapes are coming
const LIVELY = 250; // while somebody else is here; for a crowd more, so that they ask no more often together
const MOST_KEYS = 50; // of a selection that others see
const PATIENCE = 3; // failures in a row until the person is told

/** The part of the answer of the route in pages/parts/canvas.py that matters here. */
interface Pulse {
  revision: number;
  news: boolean;
  others: Other[];
}

/** Look until the function that comes back is called. */
export function watch(session: Session): () => void {
  let stopped = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout>;
  const look = async () => {
    const { status } = session;
    if (status && document.visibilityState === "visible") {
      const asked = new URL(`${status.pulse}&state=${status.status.state}`, document.baseURI);
      asked.searchParams.set("keys", session.selected.slice(0, MOST_KEYS).join(","));
      const { point } = session.company;
      if (point) for (const axis of ["x", "y"] as const) asked.searchParams.set(axis, String(point[axis]));
      try {
        const answer = await fetch(asked, { cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const pulse: Pulse = await answer.json();
        failures = 0;
        if (!stopped) session.company.hear(pulse.others);
        const newest = session.status?.revision ?? 0;
        if (!stopped && (pulse.news || pulse.revision > newest)) session.ask();
      } catch {
        failures += 1;
      }
      session.hear(failures >= PATIENCE);
    }
    const { others } = session.company;
    const calm = session.status?.status.state === "ready" ? CALM : EAGER;
    if (!stopped) timer = setTimeout(look, others.length ? LIVELY * Math.ceil(others.length / 4) : calm);
  };
  timer = setTimeout(look, EAGER);
  return () => {
    stopped = true;
    clearTimeout(timer);
    session.company.hear([]);
  };
}
