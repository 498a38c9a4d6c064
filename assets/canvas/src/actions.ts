/** What a person can do to the network: each is one step of undo. Buttons, keys and drags all lead here. */
import { type Copied, asText, copied, fromText, paste } from "./clipboard";
import { edgesOf, ends, freshName } from "./document";
import type { Session } from "./session";
import type { Edge, Edit, Entry, NodeView, Place } from "./wire";

export class Actions {
  private pasted = { text: "", times: 0 };

  constructor(private readonly session: Session) {}

  /** Put a layer behind the selected one, else at the end. Returns its name. */
  append(entry: Entry): string {
    const { session } = this;
    const id = freshName(entry.name, session.shown);
    const after = session.selected.at(-1) ?? lowest(ends(session.shown))?.id;
    session.edit({ type: "AddLayer", layer: entry.type, id, ...(after === undefined ? { x: 0, y: 0 } : { after }) });
    session.select([id]);
    return id;
  }

  /** Put a layer where it was dropped, its corner at a place of the document; into the edge that is there. */
  drop(entry: Entry, place: { x: number; y: number }, edge: Edge | undefined): void {
    const id = freshName(entry.name, this.session.shown);
    this.session.edit({ type: "AddLayer", layer: entry.type, id, ...place, ...(edge && entry.ports.length ? { edge } : {}) });
    this.session.select([id]);
  }

  connect(edge: Edge): void {
    this.session.edit({ type: "Connect", edge });
  }

  reconnect(old: Edge, edge: Edge): void {
    this.session.edit({ type: "Disconnect", edges: [old] }, { type: "Connect", edge });
  }

  /** Keep where nodes have been put; those that stand where they stood are not worth a step. */
  move(places: Place[]): void {
    const moved = places.filter(({ id, x, y }) => {
      const node = this.session.node(id);
      return node && (node.x !== x || node.y !== y);
    });
    if (moved.length) this.session.edit({ type: "Move", places: moved });
  }

  /** Put a free layer into a connection. */
  insert(id: string, edge: Edge, places: Place[]): void {
    this.session.edit({ type: "Move", places }, { type: "Insert", id, edge });
  }

  isFree(id: string): boolean {
    return !edgesOf(this.session.shown).some((edge) => edge.source === id || edge.target === id);
  }

  remove(edges: Edge[]): void {
    const { session } = this;
    if (session.selected.length + edges.length === 0) return;
    const ids = session.selected.map((key) => session.node(key)?.id ?? key);
    session.edit(ids.length ? { type: "Remove", ids, edges, heal: true } : { type: "Disconnect", edges });
  }

  duplicate(): void {
    this.add(copied(this.session.shown, this.session.selected), 0);
  }

  /** The selected layers as text for the clipboard; null when none is selected. */
  copy(): string | null {
    const copy = copied(this.session.shown, this.session.selected);
    if (copy.nodes.length === 0) return null;
    const text = asText(copy);
    this.pasted = { text, times: 0 };
    return text;
  }

  /** Paste what is in the clipboard; false when that is something else. */
  paste(text: string): boolean {
    const copy = fromText(text);
    if (!copy) return false;
    const times = text === this.pasted.text ? this.pasted.times : 0;
    this.add(copy, times);
    this.pasted = { text, times: times + 1 };
    return true;
  }

  /** Make a block of the selected layers. */
  fold(): void {
    const ids = this.session.selected.map((key) => this.session.node(key)?.id ?? key);
    const { shown, status } = this.session;
    const taken = { has: (name: string) => shown.has(name) || (status?.blocks.includes(name) ?? false) };
    if (ids.length) this.session.edit({ type: "Fold", ids, name: freshName("block", taken) });
  }

  /** Put what is inside the selected instances in their place. */
  unfold(): void {
    const instances = this.session.selected.filter((key) => isInstance(this.session.node(key)));
    this.session.edit(...instances.map((id): Edit => ({ type: "Unfold", id })));
  }

  /** Go inside an instance of a block. */
  enter(id: string | undefined): void {
    const { session } = this;
    if (id !== undefined && isInstance(session.node(id))) session.open([...(session.status?.path ?? []).map(({ node }) => node), id]);
  }

  /** Go back out, until so many blocks are open. */
  leave(depth: number): void {
    this.session.open((this.session.status?.path ?? []).slice(0, depth).map(({ node }) => node));
  }

  selectAll(): void {
    this.session.select([...this.session.shown.keys()]);
  }

  async tidy(): Promise<void> {
    const { arrange } = await import("./arrange");
    this.move(await arrange(this.session.shown));
  }

  private add(copy: Copied, times: number): void {
    if (copy.nodes.length === 0) return;
    const edit: Edit = paste(this.session.shown, copy, times);
    this.session.edit(edit);
    this.session.select(edit.nodes.map((node) => node.id));
  }
}

export function isInstance(node: NodeView | undefined): boolean {
  return node?.layer.type === "Block";
}

function lowest<Node extends { y: number }>(nodes: readonly Node[]): Node | undefined {
  return nodes.reduce<Node | undefined>((low, node) => (low && low.y >= node.y ? low : node), undefined);
}
