/** What a person can do to the network: each is one step of undo. Buttons, keys and drags all lead here. */
import { type Copied, asText, copied, feeding, fromText, isCode, paste } from "./clipboard";
import { joining } from "./connections";
import { type Doc, edgesOf, ends, freshName } from "./document";
import { around, isBlockInput } from "./expansion";
import { type Ground, groundOf, there } from "./ground";
import { freeAside } from "./room";
import type { Session } from "./session";
import type { Edge, Edit, Entry, NodeView, Place } from "./wire";

export class Actions {
  private pasted = { text: "", times: 0 };

  constructor(private readonly session: Session) {}

  /** Put a layer behind the selected one, else at the end. Returns how it is called where it is seen. */
  append(entry: Entry): string {
    const ground = this.ground;
    const id = freshName(entry.name, ground.doc);
    const after = ground.keys.at(-1) ?? lowest(ends(ground.doc))?.id;
    this.do(ground, [{ type: "AddLayer", layer: entry.type, id, ...this.begun(entry, ground), ...(after === undefined ? { x: 0, y: 0 } : { after }) }], [id]);
    return ground.before + id;
  }

  /** Put a layer with its corner at a place of the document, joined with what it was drawn from. Returns its name. */
  add(entry: Entry, place: { x: number; y: number }, from: Origin = {}): string {
    const { session } = this;
    const id = freshName(entry.name, session.shown);
    const { edge, source, target } = from;
    const added: Edit = { type: "AddLayer", layer: entry.type, id, ...this.begun(entry, groundOf(session, [])), ...place, ...(edge && entry.ports.length ? { edge } : {}) };
    const needed = entry.ports.filter((port) => !entry.optional.includes(port));
    const into = source ? needed.map((port): Edge => ({ ...source, target: id, port })) : [];
    const out = target ? [{ source: id, output: 0, ...target }] : [];
    session.edit(added, ...[...into, ...out].map((edge): Edit => ({ type: "Connect", edge })));
    session.select([id]);
    return id;
  }

  /** Join the selected layers one after the other, from the highest to the lowest. */
  join(): void {
    this.do(this.ground, this.joins().map((edge): Edit => ({ type: "Connect", edge })));
  }

  /** The edges that `join` would add. */
  joins(): Edge[] {
    const { doc, keys } = this.ground;
    const nodes = keys.flatMap((key) => doc.get(key) ?? []).sort((one, other) => one.y - other.y || one.x - other.x);
    return nodes.slice(1, MOST_JOINED).flatMap((node, index) => joining(doc, nodes[index] ?? node, node));
  }

  connect(edge: Edge): void {
    this.session.edit({ type: "Connect", edge });
  }

  disconnect(edges: Edge[]): void {
    this.session.edit({ type: "Disconnect", edges });
  }

  reconnect(old: Edge, edge: Edge): void {
    this.session.edit({ type: "Disconnect", edges: [old] }, { type: "Connect", edge });
  }

  /** Keep where nodes have been put; those that stand where they stood are not worth a step. */
  move(places: Place[], ground = groundOf(this.session, [])): void {
    this.do(ground, moves(ground.doc, places));
  }

  /** Put a free layer into a connection. */
  insert(id: string, edge: Edge, places: Place[]): void {
    this.session.edit({ type: "Move", places }, { type: "Insert", id, edge });
  }

  isFree(id: string): boolean {
    return !edgesOf(this.session.shown).some((edge) => edge.source === id || edge.target === id);
  }

  remove(): void {
    const ground = this.ground;
    const edges = ground.before === "" ? [...this.session.selectedEdges] : [];
    if (ground.keys.length + edges.length === 0) return;
    const ids = idsOf(ground);
    this.do(ground, [ids.length ? { type: "Remove", ids, edges, heal: true } : { type: "Disconnect", edges }]);
  }

  /** Copies of the selected layers beside them, which get the same tensors. */
  duplicate(): void {
    const ground = this.ground;
    const { doc, keys } = ground;
    const copy = copied(doc, keys, this.session.library);
    const named = new Map(copy.nodes.map(({ id }, index) => [id, index]));
    const fed = feeding(doc, keys).slice(0, MOST_JOINED);
    if (copy.nodes.length === 0) return;
    const edit: Edit = { ...paste(doc, copy, 0), dx: freeAside(doc, copy.nodes), dy: 0 };
    const into = fed.flatMap((edge): Edit[] => {
      const target = edit.nodes[named.get(edge.target) ?? -1]?.id;
      return target === undefined ? [] : [{ type: "Connect", edge: { ...edge, target } }];
    });
    this.do(ground, [edit, ...into], edit.nodes.map((node) => node.id));
  }

  /** Switch the selected layers off, or on again where all are off. */
  disable(): void {
    const nodes = this.nodes;
    const disabled = !nodes.every((node) => node.disabled);
    if (nodes.length) this.do(this.ground, [{ type: "Disable", ids: nodes.map(({ id }) => id), disabled }]);
  }

  /** Put another layer in the place of each selected one. */
  replace(entry: Entry): void {
    this.do(this.ground, this.nodes.slice(0, MOST_JOINED).map(({ id }): Edit => ({ type: "Replace", id, layer: entry.type })));
  }

  /** Have the selected blocks repeated so many times more, or less. */
  repeat(more: number): void {
    const edits = this.nodes.flatMap((node): Edit[] => {
      const repeat = Number(node.layer.repeat ?? 1) + more;
      return isInstance(node) && repeat >= 1 ? [{ type: "Configure", id: node.id, values: { repeat } }] : [];
    });
    this.do(this.ground, edits.slice(0, MOST_JOINED));
  }

  /** The selected layers as text for the clipboard; null when none is selected. */
  copy(): string | null {
    const { doc, keys } = this.ground;
    const copy = copied(doc, keys, this.session.library);
    if (copy.nodes.length === 0) return null;
    const text = asText(copy);
    this.pasted = { text, times: 0 };
    return text;
  }

  /** What was copied here last, for where the clipboard cannot be read. */
  get lastCopied(): string {
    return this.pasted.text;
  }

  /** Have layers made of Keras code, where the selected ones lie. */
  enterCode(code: string): void {
    this.session.enterCode(code, this.ground.block);
  }

  /** Paste what is in the clipboard, layers or Keras code; false when that is something else. */
  paste(text: string): boolean {
    const copy = fromText(text);
    if (!copy) {
      if (!isCode(text)) return false;
      this.enterCode(text);
      return true;
    }
    const times = text === this.pasted.text ? this.pasted.times : 0;
    this.pasteNodes(copy, times);
    this.pasted = { text, times: times + 1 };
    return true;
  }

  /** Make a block of the selected layers. */
  fold(): void {
    const ground = this.ground;
    const blocks = this.session.status?.blocks ?? [];
    const taken = { has: (name: string) => ground.doc.has(name) || blocks.includes(name) };
    const name = freshName("block", taken);
    if (ground.keys.length === 0) return;
    this.do(ground, [{ type: "Fold", ids: idsOf(ground), name }]);
    this.session.selectLater([ground.before + name]);
  }

  /** Put what is inside the selected instances in their place. */
  unfold(): void {
    this.do(this.ground, this.nodes.filter(isInstance).map(({ id }): Edit => ({ type: "Unfold", id })));
  }

  /** Go inside an instance of a block, or to a layer in one that is shown from inside, to edit it there. */
  enter(id: string | undefined): void {
    const { session } = this;
    if (id === undefined) return;
    const path = session.path(id).split("/");
    if (isInstance(session.node(id))) session.open(path);
    else if (around(id)) session.open(path.slice(0, -1), path.slice(-1));
  }

  /** Go back out, until so many blocks are open. */
  leave(depth: number): void {
    this.session.open((this.session.status?.path ?? []).slice(0, depth).map(({ node }) => node));
  }

  /** All layers beside what is selected. */
  selectAll(): void {
    this.select((doc) => [...doc.keys()]);
  }

  /** Select others of the same ground, seen from what is selected. */
  select(of: (doc: Doc, keys: readonly string[]) => readonly string[]): void {
    const { doc, keys, before } = this.ground;
    // What comes into a block is seen as dots of its frame, and is not at hand.
    const found = of(doc, keys).filter((key) => before === "" || !isBlockInput(doc.get(key)));
    this.session.select(found.map((key) => before + key));
  }

  /** Arrange all layers and the insides of blocks that are seen, or the selected layers where there are several: one step. */
  async tidy(): Promise<void> {
    const { session } = this;
    const { arrange } = await import("./arrange");
    const { shown } = session;
    const ground = this.ground;
    const several = ground.keys.length > 1;
    session.doing?.stop();
    const over = new AbortController();
    const doing = { words: `Arranging ${several ? ground.keys.length : shown.size} layers. Esc stops it.`, stop: () => over.abort() };
    session.work(doing);
    try {
      const edits = [several ? there(ground, moves(ground.doc, await arrange(ground.doc, ground.keys, over.signal))) : moves(shown, await arrange(shown, [], over.signal))];
      const blocks = new Map([...session.seen.frames.keys()].map((key) => [session.node(key)?.layer.block, key]));
      for (const [block, key] of several ? [] : blocks) {
        const inside = session.insides.get(session.path(key));
        if (inside) edits.push(moves(inside, await arrange(inside, [], over.signal)).map((edit) => ({ ...edit, inside: String(block) })));
      }
      if (!over.signal.aborted) session.edit(...edits.flat());
    } finally {
      if (session.doing === doing) session.work(null);
    }
  }

  /** An Input begins with the shape of the project's data. */
  private begun({ type }: Entry, { block }: Ground): { values?: Record<string, unknown> } {
    const { status } = this.session;
    return type === "Input" && block === undefined && Object.keys(status?.example ?? {}).length ? { values: status?.example } : {};
  }

  private pasteNodes(copy: Copied, times: number): void {
    const ground = this.ground;
    const edit = paste(ground.doc, copy, times);
    this.do(ground, [edit], edit.nodes.map((node) => node.id));
  }

  /** Where what is selected lies. */
  private get ground(): Ground {
    return groundOf(this.session);
  }

  /** The selected layers, as their document has them. */
  private get nodes(): NodeView[] {
    const { doc, keys } = this.ground;
    return keys.flatMap((key) => doc.get(key) ?? []);
  }

  /** Do something there as one step of undo, and select layers that come of it. */
  private do(ground: Ground, edits: readonly Edit[], chosen?: readonly string[]): void {
    if (edits.length) this.session.edit(...there(ground, edits));
    if (chosen) this.session.select(chosen.map((id) => ground.before + id));
  }
}

/** What a new layer was drawn from: an edge that it goes into, an output that it follows, an input that it feeds. */
export interface Origin {
  edge?: Edge;
  source?: Pick<Edge, "source" | "output">;
  target?: Pick<Edge, "target" | "port">;
}

const MOST_JOINED = 150; // edits of one step; Python takes 200

export function isInstance(node: NodeView | undefined): boolean {
  return node?.layer.type === "Block";
}

/** The names of what is selected; with a name that is used twice, both bear it. */
function idsOf({ doc, keys }: Ground): string[] {
  return keys.map((key) => doc.get(key)?.id ?? key);
}

/** The move to these places; none where all stand there already. */
function moves(doc: Doc, places: readonly Place[]): Edit[] {
  const moved = places.filter(({ id, x, y }) => {
    const node = doc.get(id);
    return node && (node.x !== x || node.y !== y);
  });
  return moved.length ? [{ type: "Move", places: moved }] : [];
}

function lowest<Node extends { y: number }>(nodes: readonly Node[]): Node | undefined {
  return nodes.reduce<Node | undefined>((low, node) => (low && low.y >= node.y ? low : node), undefined);
}
