/** One project on the canvas: what Python has confirmed, what is on its way there, and what is therefore shown. */
import { Company } from "./company";
import type { Direction } from "./direction";
import { type Doc, EMPTY, edgeId, edgesOf } from "./document";
import { type Offered, foresee } from "./edits";
import { type Expanded, type Scene, around, expanded, sceneOf } from "./expansion";
import { type Listener, Listeners } from "./listeners";
import { Outbox, type Shelf } from "./outbox";
import { Versions } from "./versions";
import type { BlockDocument, Edge, Edit, Entered, Entry, Incoming, Line, NodeView, Palette } from "./wire";

const NO_FRAMES: Expanded["frames"] = new Map();

export class Session {
  /** The network, or the inside of the block that is open: what edits are made to. */
  shown: Doc = EMPTY;
  /** The same with what lies inside the blocks that are shown from inside: what is looked at. */
  seen: Expanded = { doc: EMPTY, frames: NO_FRAMES };
  status: Incoming | null = null;
  palette: Palette = { families: {}, entries: [] };
  offered: Offered = new Map<string, Entry>();
  selected: readonly string[] = [];
  selectedEdges: readonly Edge[] = [];
  /** What is selected inside a block that is shown in its place; then nothing else is. */
  selectedInside: readonly string[] = [];
  /** The paths of the blocks that are shown from inside. */
  private unrolled: ReadonlySet<string> = new Set();
  private scene: Scene | undefined;
  /** What is to be selected once it is seen, with this block open. */
  private wanted: { path: string; keys: readonly string[] } | undefined;
  /** Counted up when Python asks for a selection; the view then goes there. */
  called = 0;
  /** Who else is on this canvas. */
  readonly company = new Company();
  /** Whether the server has not answered for a while. */
  silent = false;
  /** What the browser itself works on, in words, and how it is given up. */
  doing: { words: string; stop(): void } | null = null;
  private versions = new Versions();
  /** What was selected when the pointer went down. */
  private held: readonly string[] | null = null;
  private line: Line | null = null;
  private readonly outbox: Outbox;
  private readonly listeners = new Listeners();

  constructor(project: string, shelf: Shelf) {
    this.outbox = new Outbox(project, shelf, () => this.ask());
  }

  connect(line: Line): void {
    this.line = line;
  }

  /** Take a message from Python. An epoch that is new is a new server or session: its versions count from the beginning. */
  receive(message: Incoming): void {
    const began = message.epoch !== this.status?.epoch;
    if (!began && message.turn <= (this.status?.turn ?? 0)) return;
    if (began) this.versions = new Versions();
    if (message.palette) this.offer(message.palette);
    if (!this.versions.take(message)) return this.ask(0);
    const called = message.select.number > (began ? 0 : (this.status?.select.number ?? 0));
    this.status = message;
    this.outbox.acknowledge(message.acknowledged);
    this.foreseeAll();
    if (called) {
      this.called += 1;
      this.select(message.select.keys);
    }
    const { wanted } = this;
    if (wanted && wanted.path === this.opened.join("/") && wanted.keys.some((key) => this.seen.doc.has(key))) {
      this.wanted = undefined;
      this.called += 1;
      this.select(wanted.keys);
    }
    if (began && this.outbox.pending.length) this.outbox.sendNow();
    if (began && this.unrolled.size) this.line?.expand([...this.unrolled]);
    this.tell();
  }

  /** The blocks of the network, as they stand in the document. */
  get library(): readonly BlockDocument[] {
    return this.versions.newest.library;
  }

  /** The insides that Python has told of, by the path that leads there from the top: `stage/unit`, and "" for the top itself. */
  get insides(): ReadonlyMap<string, Doc> {
    return this.versions.newest.insides;
  }

  /** The block that is open; undefined at the top of the network. */
  get inside(): string | undefined {
    return this.status?.path.at(-1)?.block;
  }

  /** Go inside an instance of a block, or back out: `instances` leads there from the top. Some layers may be selected there. */
  open(instances: readonly string[], keys: readonly string[] = []): void {
    this.select([]);
    this.wanted = { path: instances.join("/"), keys };
    this.line?.open(instances);
  }

  /** The instances that are open, from the outermost. */
  get opened(): readonly string[] {
    return (this.status?.path ?? []).map(({ node }) => node);
  }

  /** How a node that is seen is reached from the top of the network. */
  path(key: string): string {
    return [...this.opened, key].join("/");
  }

  /** Whether the inside of an instance is shown in its place. */
  isUnrolled(key: string): boolean {
    return this.unrolled.has(this.path(key));
  }

  /** What lies inside of the instances that a path leads through, "" for the network itself; undefined where it is not shown. */
  within = (path: string): Doc | undefined => {
    const open = this.opened.join("/");
    if (path === open) return this.shown;
    const around = path === "" || open.startsWith(`${path}/`);
    return around || this.unrolled.has(path) ? this.insideOf(path) : undefined;
  };

  /** Show the inside of instances in their place, or no more. */
  unroll(keys: readonly string[], wanted: boolean): void {
    this.unrollPaths(keys.map((key) => this.path(key)), wanted);
  }

  /** The same for instances anywhere in the network. */
  unrollPaths(paths: readonly string[], wanted: boolean): void {
    this.unrolled = wanted ? new Set([...this.unrolled, ...paths]) : new Set([...this.unrolled].filter((path) => !paths.includes(path)));
    this.line?.expand([...this.unrolled]);
    this.look();
    this.tell();
  }

  /** Where everything is seen. */
  sceneOf(direction: Direction): Scene {
    const { doc, frames } = this.seen;
    if (this.scene?.doc !== doc || this.scene.frames !== frames || this.scene.direction !== direction) this.scene = sceneOf(this.seen, direction);
    return this.scene;
  }

  /** Do something where the canvas is open, or inside of the block that an edit names: it is seen at once, and is one step of undo. */
  edit(...edits: Edit[]): void {
    if (edits.length === 0 || !this.status) return;
    const { inside } = this;
    this.wanted = undefined;
    this.outbox.add(this.status.epoch, inside === undefined ? edits : edits.map((edit) => ({ inside, ...edit })));
    this.foreseeAll();
    this.tell();
  }

  history(way: "undo" | "redo"): void {
    if (!this.status) return;
    this.outbox.add(this.status.epoch, [], { history: way });
    this.tell();
  }

  /** Have Python read code and add its layers, inside of a block: only Python can. */
  enterCode(code: string, inside = this.inside): void {
    if (!this.status) return;
    this.outbox.add(this.status.epoch, [], inside === undefined ? { code } : { code, inside });
    this.tell();
  }

  /** Ask Python for what has changed since version `have`. */
  ask(have = this.have): void {
    this.line?.send({ epoch: this.status?.epoch ?? "", have, entries: this.batch });
  }

  /** The version of the network that is here. */
  get have(): number {
    return this.versions.number;
  }

  /** What is on its way to Python, as much as goes with one message. */
  get batch(): Entered[] {
    return this.outbox.batch;
  }

  select(keys: readonly string[]): void {
    const there = keys.filter((key) => this.shown.has(key));
    // What lies in different blocks has no form in common, and no edit.
    const first = keys.find((key) => this.seen.doc.has(key) && !this.shown.has(key));
    const inside = there.length || first === undefined ? [] : keys.filter((key) => this.seen.doc.has(key) && around(key) === around(first));
    if (same(there, this.selected) && same(inside, this.selectedInside)) return;
    this.selected = there;
    this.selectedInside = inside;
    if (!this.held) this.line?.select(this.chosen);
    this.tell();
  }

  /** Select what will be there when Python has answered. */
  selectLater(keys: readonly string[]): void {
    this.wanted = { path: this.opened.join("/"), keys };
  }

  /** All that is selected, as it is called here. */
  get chosen(): readonly string[] {
    return [...this.selected, ...this.selectedInside];
  }

  /** Until `release`, Python does not hear of a selection: while a box is drawn, each step would be a run of its script. */
  hold(): void {
    this.held ??= this.chosen;
  }

  release(): void {
    const { held } = this;
    this.held = null;
    if (held && !same(held, this.chosen)) this.line?.select(this.chosen);
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

  work(doing: Session["doing"]): void {
    this.doing = doing;
    this.tell();
  }

  node(key: string): NodeView | undefined {
    return this.seen.doc.get(key);
  }

  /** How many steps Python has not dealt with yet. */
  get pending(): number {
    return this.outbox.pending.length;
  }

  subscribe = (listener: Listener): Listener => this.listeners.add(listener);

  subscribeNode(key: string, listener: Listener): Listener {
    return this.listeners.addFor(key, listener);
  }

  private offer(palette: Palette): void {
    this.palette = palette;
    this.offered = new Map(palette.entries.map((entry) => [entry.type, entry]));
  }

  private foreseeAll(): void {
    this.shown = this.foreseen(this.versions.newest.doc, this.inside);
    this.look();
    this.select(this.chosen);
    if (this.selectedEdges.length) {
      const there = new Set(edgesOf(this.shown).map(edgeId));
      this.selectEdges(this.selectedEdges.filter((edge) => there.has(edgeId(edge))));
    }
  }

  /** A network, or the inside of a block, with what is on its way to Python. */
  private foreseen(doc: Doc, block: string | undefined): Doc {
    const edits = this.outbox.pending.flatMap((entry) => entry.edits).filter((edit) => edit.inside === block);
    return edits.reduce((before, edit) => foresee(before, edit, this.offered), doc);
  }

  /** The inside that Python has told of, with what has been done there since. */
  private insideOf(path: string): Doc | undefined {
    const doc = this.insides.get(path);
    if (!doc || !this.pending) return doc;
    const outer = around(path);
    const instance = (outer === this.opened.join("/") ? this.shown : this.insides.get(outer))?.get(path.slice(path.lastIndexOf("/") + 1));
    return this.foreseen(doc, instance && String(instance.layer.block));
  }

  /** See the network anew; those hear of it whose node has changed. */
  private look(): void {
    const before = this.seen.doc;
    const inside = (key: string) => (this.isUnrolled(key) ? this.insideOf(this.path(key)) : undefined);
    this.seen = this.unrolled.size ? expanded(this.shown, inside) : { doc: this.shown, frames: NO_FRAMES };
    this.listeners.tellOf((key) => before.get(key) !== this.seen.doc.get(key));
  }

  private tell(): void {
    this.listeners.tell();
  }
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
