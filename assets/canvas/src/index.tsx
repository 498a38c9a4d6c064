/** What Streamlit calls: on mount and after each rerun; what is returned runs at unmount. */
import { Compared, type Comparison } from "./Compared";
import { Workplace } from "./Workplace";
import { Exchange, type Page } from "./exchange";
import { mount } from "./mounting";
import { Session } from "./session";
import type { Incoming } from "./wire";

interface Component<Data> extends Page {
  data: Data;
  parentElement: HTMLElement | ShadowRoot;
}

// The module outlives a change of page: so do what was seen of a project and what is on its way to Python.
const known = new Map<string, { session: Session; exchange: Exchange }>();

export default function canvas({ data, parentElement, setStateValue, setTriggerValue }: Component<Incoming>): () => void {
  const page = { setStateValue, setTriggerValue };
  const { session, exchange } = known.get(data.project) ?? begun(data.project, page);
  exchange.page = page; // Streamlit's newest
  const end = mount(parentElement, <Workplace session={session} />);
  session.receive(data);
  return end;
}

function begun(project: string, page: Page): { session: Session; exchange: Exchange } {
  const session = new Session(project, sessionStorage);
  const exchange = new Exchange(session, page);
  session.connect(exchange);
  known.set(project, { session, exchange });
  return { session, exchange };
}

/** Two networks to be looked at. A new key for each pair begins anew where something has happened. */
export function compared({ data, parentElement }: Component<Comparison>): () => void {
  return mount(parentElement, <Compared key={JSON.stringify([data.before, data.after])} {...data} />, true);
}
