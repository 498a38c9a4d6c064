/** What Streamlit calls: on mount and after each rerun; what is returned runs at unmount. */
import { Compared, type Comparison } from "./Compared";
import { Workplace } from "./Workplace";
import { mount } from "./mounting";
import { type Line, Session } from "./session";
import type { Incoming } from "./wire";

interface Component<Data> {
  data: Data;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

// The module outlives a change of page: so do what was seen of a project and what is on its way to Python.
const sessions = new Map<string, Session>();

export default function canvas({ data, parentElement, setStateValue, setTriggerValue }: Component<Incoming>): () => void {
  const session = sessions.get(data.project) ?? new Session(data.project, sessionStorage);
  sessions.set(data.project, session);
  const line: Line = {
    send: (message) => setTriggerValue("outbox", message),
    select: (keys) => setStateValue("selection", keys),
    open: (instances) => setStateValue("opened", instances),
    expand: (paths) => setStateValue("expanded", paths),
  };
  session.connect(line);
  const end = mount(parentElement, <Workplace session={session} />);
  session.receive(data);
  return end;
}

/** Two networks to be looked at. A new key for each pair begins anew where something has happened. */
export function compared({ data, parentElement }: Component<Comparison>): () => void {
  return mount(parentElement, <Compared key={JSON.stringify([data.before, data.after])} {...data} />, true);
}
