/** The way to Python: a request that answers at once, and then a run of the page, for what stands beside the canvas. */
import type { Session } from "./session";
import type { Incoming, Line, Outgoing } from "./wire";

const PATIENCE = 10_000; // milliseconds that an answer may take
const PAUSE = 80; // milliseconds until the page is run: what is answered must be painted first, and quick steps share one run

/** Streamlit's functions: what they are given causes a run of the page. */
export interface Page {
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

/** Where requests fail, as behind a proxy that lets none through, the page takes all. One request at a time: what comes meanwhile goes with the next. */
export class Exchange implements Line {
  private asking = false;
  private waiting: Outgoing | null = null;
  private running: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: Session,
    public page: Page,
  ) {}

  send(message: Outgoing): void {
    if (this.asking) this.waiting = message;
    else void this.ask(message);
  }

  select(keys: readonly string[]): void {
    this.page.setStateValue("selection", keys);
  }

  open(instances: readonly string[]): void {
    this.page.setStateValue("opened", instances);
  }

  expand(paths: readonly string[]): void {
    this.page.setStateValue("expanded", paths);
  }

  /** The page is told nothing but what is here. */
  private run(): void {
    this.running = undefined;
    this.page.setTriggerValue("outbox", { epoch: this.session.status?.epoch ?? "", have: this.session.have, entries: [] });
  }

  private async ask(message: Outgoing): Promise<void> {
    this.asking = true;
    const answer = await answerTo(this.session.status?.steps, message);
    this.asking = false;
    const { waiting } = this;
    this.waiting = null;
    // After a restart of the server, or a new connection to it, the page has told of another epoch in the meantime.
    if (answer && answer.epoch === this.session.status?.epoch) this.session.receive(answer);
    if (answer) this.running ??= setTimeout(() => this.run(), PAUSE);
    else this.page.setTriggerValue("outbox", message);
    if (waiting) this.send({ ...waiting, entries: this.session.batch });
  }
}

async function answerTo(address: string | undefined, message: Outgoing): Promise<Incoming | null> {
  if (!address) return null;
  try {
    const answer = await fetch(new URL(address, document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(PATIENCE),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
