/** One project on the canvas: what Python has confirmed, what is on its way there, and what is therefore shown. */
import { Company } from "./company";
import { type Doc, EMPTY, edgeId, edgesOf, merge } from "./document";
import { type Offered, foresee } from "./edits";
import { Outbox, type Shelf } from "./outbox";
import type { BlockDocument, Edge, Edit, Entered, Entry, Incoming, NodeView, Outgoing, Palette } from "./wire";

/** How Python is reached; replaced on each rerun by Streamlit's newest functions. */
export interface Line {
  send(message: Outgoing): void;
  select(keys: readonly string[]): void;
  open(instances: readonly string[]): void;
}

const VERSIONS_KEPT = 50;

export class Session {
  shown: Doc = EMPTY;
  status: Incoming | null = null;
  palette: Palette = { families: {}, entries: [] };
  offered: Offered = new Map<string, Entry>();
  /** The blocks of the network, as they stand in the document. */
  library: readonly BlockDocument[] = [];
  selected: readonly string[] = [];
  selectedEdges: readonly Edge[] = [];
  /** Counted up when Python asks for a selection; the view then goes there. */
  called = 0;
  /** Who else is on this canvas. */
  readonly company = new Company();
  /** Whether the server has not answered for a while. */
  silent = false;
  private readonly confirmed = new Map<number, Doc>([[0, EMPTY]]);
  private version = 0;
  /** What was selected when the pointer went down. */
  private held: readonly string[] | null = null;
  private line: Line | null = null;
  private readonly outbox: Outbox;
  private readonly listeners = new Set<() => void>();
  private readonly nodeListeners = new Map<string, Set<() => void>>();

  constructor(project: string, shelf: Shelf) {
    this.outbox = new Outbox(project, shelf, (entries) => this.transmit(entries));
  }

  connect(line: Line): void {
    this.line = line;
  }

  /** Take a message from Python. An epoch that is new is a new server or session: its versions count from the beginning. */
  receive(message: Incoming): void {
    const began = message.epoch !== this.status?.epoch;
    if (began) {
      this.confirmed.clear();
      this.confirmed.set(0, EMPTY);
      this.version = 0;
    }
    if (message.palette) this.offer(message.palette);
    if (message.library) this.library = message.library;
    const base = this.confirmed.get(message.base);
    if (!base) return this.ask(0);
    const called = message.select.number > (began ? 0 : (this.status?.select.number ?? 0));
    this.status = message;
    if (message.version >= this.version) {
      this.version = message.version;
      this.confirmed.set(message.version, merge(base, message));
      for (const old of [...this.confirmed.keys()].slice(1, -VERSIONS_KEPT)) this.confirmed.delete(old);
    }
    this.outbox.acknowledge(message.acknowledged);
    this.foreseeAll();
    if (called) {
      this.called += 1;
      this.select(message.select.keys);
    }
    if (began && this.outbox.pending.length) this.outbox.sendNow();
    this.tell();
  }

  /** The block that is open; undefined at the top of the network. */
  get inside(): string | undefined {
    return this.status?.path.at(-1)?.block;
  }

  /** Go inside an instance of a block, or back out: `instances` leads there from the top. */
  open(instances: readonly string[]): void {
    this.select([]);
    this.line?.open(instances);
  }

  /** Do something: it is seen at once, and goes to Python as one step of undo. */
  edit(...edits: Edit[]): void {
    if (edits.length === 0 || !this.status) return;
    const { inside } = this;
    this.outbox.add(this.status.epoch, inside === undefined ? edits : edits.map((edit) => ({ ...edit, inside })));
    this.foreseeAll();
    this.tell();
  }

  history(way: "undo" | "redo"): void {
    if (!this.status) return;
    this.outbox.add(this.status.epoch, [], way);
    this.tell();
  }

  /** Ask Python for what has changed since version `have`. */
  ask(have = this.version): void {
    this.line?.send({ epoch: this.status?.epoch ?? "", have, entries: [...this.outbox.pending] });
  }

  select(keys: readonly string[]): void {
    const there = keys.filter((key) => this.shown.has(key));
    if (there.length === this.selected.length && there.every((key, i) => key === this.selected[i])) return;
    this.selected = there;
    if (!this.held) this.line?.select(there);
    this.tell();
  }

  /** Until `release`, Python does not hear of a selection: while a box is drawn, each step would be a run of its script. */
  hold(): void {
    this.held ??= this.selected;
  }

  release(): void {
    const { held } = this;
    this.held = null;
    if (held && held !== this.selected) this.line?.select(this.selected);
  }

  selectEdges(edges: readonly Edge[]): void {
    const same = edges.length === this.selectedEdges.length && edges.every((edge, i) => edge === this.selectedEdges[i]);
    if (same) return;
    this.selectedEdges = edges;
    this.tell();
  }

  hear(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    this.tell();
  }

  node(key: string): NodeView | undefined {
    return this.shown.get(key);
  }

  /** How many steps Python has not dealt with yet. */
  get pending(): number {
    return this.outbox.pending.length;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hear of one node only: a badge that changes paints one node, not five hundred. */
  subscribeNode(key: string, listener: () => void): () => void {
    const listeners = this.nodeListeners.get(key) ?? new Set();
    this.nodeListeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.nodeListeners.delete(key);
    };
  }

  private offer(palette: Palette): void {
    this.palette = palette;
    this.offered = new Map(palette.entries.map((entry) => [entry.type, entry]));
  }

  private transmit(entries: Entered[]): void {
    this.line?.send({ epoch: this.status?.epoch ?? "", have: this.version, entries });
  }

  private foreseeAll(): void {
    const confirmed = this.confirmed.get(this.version) ?? EMPTY;
    const edits = this.outbox.pending.flatMap((entry) => entry.edits).filter((edit) => edit.inside === this.inside);
    const before = this.shown;
    this.shown = edits.reduce((doc, edit) => foresee(doc, edit, this.offered), confirmed);
    for (const [key, listeners] of this.nodeListeners) {
      if (before.get(key) !== this.shown.get(key)) for (const listener of listeners) listener();
    }
    this.select(this.selected);
    if (this.selectedEdges.length) {
      const there = new Set(edgesOf(this.shown).map(edgeId));
      this.selectEdges(this.selectedEdges.filter((edge) => there.has(edgeId(edge))));
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
