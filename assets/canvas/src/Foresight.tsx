/** What a setting would do while it is still being typed, in words under its field; the form itself stands outside the canvas. */
import { useEffect, useState } from "react";
import type { Session } from "./session";

const RESTS = 180; // milliseconds without a key until it is asked

/** The answer of the route in pages/parts/foresight.py, and the field that it is about. */
interface Foreseen {
  text: string;
  wrong: boolean;
  field: HTMLElement;
}

export function Foresight({ session }: { session: Session }) {
  const [foreseen, setForeseen] = useState<Foreseen | null>(null);
  useEffect(() => watch(session, setForeseen), [session]);
  if (!foreseen?.text || !foreseen.field.isConnected) return null;
  const { left, bottom, width } = foreseen.field.getBoundingClientRect();
  return (
    <div className={`foreseen ${foreseen.wrong ? "wrong" : ""}`} role="status" style={{ left, top: bottom + 6, width: Math.max(width, 200) }}>
      {foreseen.text}
    </div>
  );
}

/** Listen to the form beside the canvas until the function that comes back is called. */
function watch(session: Session, tell: (foreseen: Foreseen | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let asking = new AbortController();
  const forget = () => {
    clearTimeout(timer);
    asking.abort();
    tell(null);
  };
  const ask = async (field: HTMLInputElement, label: string, node: string) => {
    asking = new AbortController();
    const address = new URL(session.status?.foresight ?? "", document.baseURI);
    for (const [name, value] of Object.entries({ node, label, text: field.value })) address.searchParams.set(name, value);
    try {
      const answer = await fetch(address, { cache: "no-store", signal: asking.signal });
      if (answer.ok) tell({ ...(await answer.json()), field: field.parentElement ?? field });
    } catch {
      // Typed on meanwhile, or no server: the pulse tells of that.
    }
  };
  const typed = (event: Event) => {
    const [field] = event.composedPath();
    if (!(field instanceof HTMLInputElement) || !field.closest(".st-key-side") || field.closest("[class*='st-key-nested-']")) return;
    const chosen = session.chosen;
    const label = field.getAttribute("aria-label");
    clearTimeout(timer);
    asking.abort();
    if (chosen.length === 1 && chosen[0] && label) timer = setTimeout(() => void ask(field, label, session.path(chosen[0] ?? "")), RESTS);
  };
  const key = ({ key: pressed }: KeyboardEvent) => (pressed === "Enter" || pressed === "Escape") && forget();
  const stop = new AbortController();
  const { signal } = stop;
  document.addEventListener("input", typed, { signal });
  document.addEventListener("focusout", forget, { signal });
  document.addEventListener("keydown", key, { signal, capture: true });
  document.addEventListener("scroll", forget, { signal, capture: true });
  return () => {
    stop.abort();
    forget();
  };
}
