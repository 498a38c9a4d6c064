/** What Streamlit calls: on mount and after each rerun; what is returned runs at unmount. */
import { type Root, createRoot } from "react-dom/client";
import { Workplace } from "./Workplace";
import { type Line, Session } from "./session";
import { STYLE } from "./style";
import type { Incoming } from "./wire";

interface Component {
  data: Incoming;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

// The module outlives a change of page: so do what was seen of a project and what is on its way to Python.
const sessions = new Map<string, Session>();
const roots = new WeakMap<HTMLElement | ShadowRoot, Root>();

export default function canvas({ data, parentElement, setStateValue, setTriggerValue }: Component): () => void {
  const session = sessions.get(data.project) ?? new Session(data.project, sessionStorage);
  sessions.set(data.project, session);
  const line: Line = {
    send: (message) => setTriggerValue("outbox", message),
    select: (keys) => setStateValue("selection", keys),
    open: (instances) => setStateValue("opened", instances),
  };
  session.connect(line);
  if (!roots.has(parentElement)) {
    const place = document.createElement("div");
    const style = document.createElement("style");
    style.textContent = STYLE;
    parentElement.append(style, place);
    const root = createRoot(place);
    roots.set(parentElement, root);
    root.render(<Workplace session={session} />);
  }
  session.receive(data);
  return () => leave(parentElement);
}

/** Streamlit also calls a cleanup whose mount was overtaken by the next rerun; only what has left the page is taken down. */
function leave(parentElement: HTMLElement | ShadowRoot): void {
  setTimeout(() => {
    if (parentElement.isConnected) return;
    roots.get(parentElement)?.unmount();
    roots.delete(parentElement);
  });
}
