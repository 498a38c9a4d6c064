/** What an edit will do, shown before Python has answered; builder/edits/apply.py decides. What does not fit changes nothing. */
import { type Doc, edgeId, edgesOf } from "./document";
import { HEIGHT, STEP, WIDTH, freeX, makeRoom } from "./room";
import type { Edge, Edit, Entry, Input, NodeView } from "./wire";

/** What a node may be called; anything else comes from a foreign clipboard, and is shown nowhere. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

export type Offered = ReadonlyMap<string, Entry>;

export function foresee(doc: Doc, edit: Edit, offered: Offered): Doc {
  switch (edit.type) {
    case "AddLayer": {
      const entry = offered.get(edit.layer);
      if (!entry || doc.has(edit.id)) return doc;
      const plain = newNode(entry, edit.id, edit.x ?? 0, edit.y ?? 0);
      const node = edit.values ? { ...plain, layer: { ...plain.layer, ...edit.values }, summary: "" } : plain;
      if (edit.edge) return into(doc, node, edit.edge);
      const before = edit.after === undefined ? undefined : doc.get(edit.after);
      return before ? behind(doc, node, before) : withNode(doc, node);
    }
    case "Insert": {
      const node = doc.get(edit.id);
      if (!node || edit.id === edit.edge.source || edit.id === edit.edge.target) return doc;
      return into(without(doc, new Set([edit.id]), true), { ...node, inputs: [] }, edit.edge);
    }
    case "Move":
      return withNodes(doc, edit.places.flatMap(({ id, x, y }) => patched(doc, id, { x, y })));
    case "Connect":
      return connect(doc, edit.edge);
    case "Disconnect":
      return disconnect(doc, edit.edges);
    case "Remove":
      return without(disconnect(doc, edit.edges), new Set(edit.ids), edit.heal);
    case "Paste":
      return edit.nodes.reduce((pasted, { id, layer, x, y }) => {
        const entry = offered.get(layer.type);
        if (!entry || pasted.has(id) || !NAME.test(id)) return pasted;
        const inputs = edit.edges.filter((edge) => edge.target === id).map(asInput);
        return withNode(pasted, { ...newNode(entry, id, x + edit.dx, y + edit.dy), layer, summary: "", inputs });
      }, doc);
    case "Rename":
      return rename(doc, edit.id, edit.to);
    case "Replace":
      return replace(doc, edit.id, offered.get(edit.layer));
    case "Disable":
      return withNodes(doc, edit.ids.flatMap((id) => patched(doc, id, { disabled: edit.disabled })));
    case "Configure":
    case "Fold":
    case "Unfold":
      return doc;
  }
}

function newNode(entry: Entry, id: string, x: number, y: number): NodeView {
  const { family, summary, ports, lists, optional, outputs, layer } = entry;
  const unknown = { inputs: [], shape: "", parameters: "", measures: null, troubles: [] };
  return { key: id, id, layer, family, summary, ports, lists, optional, outputs, x, y, ...unknown };
}

function asInput({ source, output, port }: Edge): Input {
  return [source, output, port];
}

function withNode(doc: Doc, node: NodeView): Doc {
  return withNodes(doc, [node]);
}

/** One copy of the document, however many nodes have changed. */
function withNodes(doc: Doc, nodes: readonly NodeView[]): Doc {
  const all = new Map(doc);
  for (const node of nodes) all.set(node.key, node);
  return all;
}

/** A node with something of it changed, if it is there. */
function patched(doc: Doc, id: string, some: Partial<NodeView>): NodeView[] {
  const node = doc.get(id);
  return node ? [{ ...node, ...some }] : [];
}

function behind(doc: Doc, node: NodeView, before: NodeView): Doc {
  if (node.ports.length === 0) {
    return withNode(doc, { ...node, x: freeX(doc, before.x + WIDTH, before.y), y: before.y });
  }
  const following = edgesOf(doc).filter((edge) => edge.source === before.key && edge.output === 0);
  const y = before.y + STEP;
  const x = following.length ? before.x : freeX(doc, before.x, y);
  return between(doc, { ...node, x, y }, before.key, 0, following);
}

function into(doc: Doc, node: NodeView, edge: Edge): Doc {
  if (!edgesOf(doc).some((other) => edgeId(other) === edgeId(edge)) || node.ports.length === 0) return doc;
  const source = doc.get(edge.source);
  const covers = source && Math.abs(source.x - node.x) < WIDTH && Math.abs(source.y - node.y) < HEIGHT;
  return between(doc, covers ? { ...node, y: source.y + STEP } : node, edge.source, edge.output, [edge]);
}

/** Add `node` behind a tensor; the edges `following`, which began at the tensor, now begin at the node. */
function between(doc: Doc, node: NodeView, source: string, output: number, following: Edge[]): Doc {
  const passedOn = new Set(following.map(edgeId));
  const rerouted = new Map(doc);
  for (const target of new Set(following.map((edge) => edge.target))) {
    const old = doc.get(target);
    if (!old) continue;
    const inputs = old.inputs.map((input): Input => {
      const edge = { source: input[0], output: input[1], target, port: input[2] };
      return passedOn.has(edgeId(edge)) ? [node.key, 0, input[2]] : input;
    });
    rerouted.set(target, { ...old, inputs });
  }
  const needed = node.ports.filter((port) => !node.optional.includes(port));
  const added = { ...node, inputs: needed.map((port): Input => [source, output, port]) };
  return makeRoom(rerouted.set(node.key, added), added);
}

function rename(doc: Doc, id: string, to: string): Doc {
  if (!doc.has(id) || doc.has(to) || !NAME.test(to)) return doc;
  const renamed = new Map<string, NodeView>();
  for (const node of doc.values()) {
    const followed = node.inputs.some(([source]) => source === id)
      ? { ...node, inputs: node.inputs.map((input): Input => (input[0] === id ? [to, input[1], input[2]] : input)) }
      : node;
    renamed.set(node.key === id ? to : node.key, node.key === id ? { ...followed, key: to, id: to } : followed);
  }
  return renamed;
}

function connect(doc: Doc, edge: Edge): Doc {
  const target = doc.get(edge.target);
  if (!target || !doc.has(edge.source) || !target.ports.includes(edge.port)) return doc;
  if (target.inputs.some(([source, output, port]) => source === edge.source && output === edge.output && port === edge.port)) return doc;
  const kept = target.lists.includes(edge.port) ? target.inputs : target.inputs.filter(([, , port]) => port !== edge.port);
  return withNode(doc, { ...target, inputs: [...kept, asInput(edge)] });
}

/** Another layer in the place of one: inputs stay by name, else the first at the first; so do outputs that are there. */
function replace(doc: Doc, key: string, entry: Entry | undefined): Doc {
  const node = doc.get(key);
  if (!node || !entry) return doc;
  const { ports: had } = node;
  const first = entry.ports[0];
  const full = new Set<string>();
  const inputs = node.inputs.flatMap(([source, output, old]): Input[] => {
    const port = entry.ports.includes(old) ? old : old === had[0] ? first : undefined;
    if (port === undefined || full.has(port)) return [];
    if (!entry.lists.includes(port)) full.add(port);
    return [[source, output, port]];
  });
  const replaced = new Map(doc);
  for (const other of doc.values()) {
    const kept = other.inputs.filter(([source, output]) => source !== key || output < entry.outputs.length);
    if (kept.length !== other.inputs.length) replaced.set(other.key, { ...other, inputs: kept });
  }
  return withNode(replaced, { ...newNode(entry, key, node.x, node.y), inputs });
}

function disconnect(doc: Doc, edges: Edge[]): Doc {
  const gone = new Set(edges.map(edgeId));
  return edges.reduce((cut, { target }) => {
    const node = cut.get(target);
    if (!node) return cut;
    const inputs = node.inputs.filter(([source, output, port]) => !gone.has(edgeId({ source, output, target, port })));
    return inputs.length === node.inputs.length ? cut : withNode(cut, { ...node, inputs });
  }, doc);
}

function without(doc: Doc, gone: ReadonlySet<string>, heal: boolean): Doc {
  const kept = new Map<string, NodeView>();
  for (const node of doc.values()) {
    if (gone.has(node.key)) continue;
    const inputs = node.inputs.flatMap((input) => {
      const origin = heal ? comesFrom(doc, input, gone) : gone.has(input[0]) ? null : input;
      return origin ? [origin] : [];
    });
    const same = inputs.length === node.inputs.length && inputs.every((input, i) => input === node.inputs[i]);
    kept.set(node.key, same ? node : { ...node, inputs });
  }
  return kept;
}

/** Where a tensor comes from once the nodes in `gone` have been bridged; null where no single way leads through them. */
function comesFrom(doc: Doc, input: Input, gone: ReadonlySet<string>): Input | null {
  let origin = input;
  for (const passed = new Set<string>(); gone.has(origin[0]); ) {
    if (origin[1] !== 0) return null;
    const bridges = doc.get(origin[0])?.inputs ?? [];
    const first = bridges[0];
    const single = first && bridges.every(([source, output]) => source === first[0] && output === first[1]);
    if (!single || passed.has(origin[0])) return null;
    passed.add(origin[0]);
    origin = [first[0], first[1], input[2]];
  }
  return origin;
}
