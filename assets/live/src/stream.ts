/** One connection for all runs of a chart: a browser allows six a host, and Streamlit needs some of them. */
import type { Message, Run } from "./curves";

/** A part of EventSource, so that a test can put its own in its place. */
export interface Source {
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
}

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 10_000; // ms

export class Stream {
  private source: Source | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_WAIT;

  constructor(
    private readonly path: string,
    private readonly runs: Run[],
    private readonly onMessage: (message: Message) => void,
    private readonly onConnection: (connected: boolean) => void,
    private readonly open: (url: string) => Source = (url) => new EventSource(url) as Source,
  ) {
    this.connect();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private closeWhenOver(): void {
    if (this.runs.every((run) => run.over || run.gone)) this.close();
  }

  /** Runs that have ended are not asked for again. */
  private connect(): void {
    const wanted = this.runs.filter((run) => !run.over && !run.gone);
    if (!wanted.length) return;
    const source = this.open(address(this.path, wanted));
    this.source = source;
    source.addEventListener("message", ({ data }) => {
      this.wait = FIRST_WAIT;
      this.onConnection(true);
      this.onMessage(JSON.parse(data!) as Message);
      this.closeWhenOver();
    });
    source.addEventListener("gone", ({ data }) => {
      for (const run of this.runs) if (run.id === data) run.gone = true;
      this.onConnection(true);
      this.closeWhenOver();
    });
    source.addEventListener("error", () => {
      source.close();
      this.onConnection(false);
      this.timer = setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    });
  }
}

/** Each run with its token and the byte to go on from. */
export function address(path: string, runs: Run[]): string {
  const list = (part: (run: Run) => string) => runs.map(part).join(",");
  const query = new URLSearchParams({ tokens: list((run) => run.token), offsets: list((run) => String(run.offset)) });
  return `${path}/${list((run) => run.id)}?${query}`;
}
