/** The network as a list to be walked through: its rows, where a letter leads, and what can be connected and moved. */
import { type Doc, edgesOf } from "./document";
import type { Edge, NodeView } from "./wire";

/** A line of the outline: a layer, wherever it lies. */
export interface Row {
  /** Its way from the top, which nothing else has: `stage/unit/conv`. */
  key: string;
  node: NodeView;
  /** The instances that it lies in, from the outermost. */
  within: readonly string[];
  level: number;
  place: number;
  of: number;
  /** Of a block: whether what is inside follows. */
  expanded?: boolean;
}

/** What lies inside of instances, by the path that leads there; "" is the network itself. Undefined where it is not shown. */
export type Known = (path: string) => Doc | undefined;

/** The whole tree, with what lies inside of blocks that are shown from inside, or open. */
export function rows(known: Known): Row[] {
  const found: Row[] = [];
  const take = (within: readonly string[], doc: Doc) => {
    const order = inOrder(doc);
    order.forEach((node, i) => {
      const path = [...within, node.key];
      const key = path.join("/");
      const inside = node.layer.type === "Block" ? known(key) : undefined;
      const row = { key, node, within, level: path.length, place: i + 1, of: order.length };
      found.push(node.layer.type === "Block" ? { ...row, expanded: inside !== undefined } : row);
      if (inside) take(path, inside);
    });
  };
  take([], known("") ?? new Map());
  return found;
}

/** The layers in the order in which data flows through them; of those that could come next, the one that was added first. */
export function inOrder(doc: Doc): NodeView[] {
  const done = new Map<string, NodeView>();
  let left = [...doc.values()];
  while (left.length) {
    const later: NodeView[] = [];
    const before = done.size;
    for (const node of left) {
      const ready = node.inputs.every(([source]) => done.has(source) || !doc.has(source));
      if (ready) done.set(node.key, node);
      else later.push(node);
    }
    left = later;
    if (done.size === before) break; // the rest goes in a circle
  }
  return [...done.values(), ...left];
}

/** The next row, from the one behind `from` on and around, that begins with this text: by name or by type. */
export function typedAhead(all: readonly Row[], from: number, text: string): number {
  const wanted = text.toLowerCase();
  for (let step = text.length === 1 ? 1 : 0; step <= all.length; step += 1) {
    const at = (from + step) % all.length;
    const row = all[at];
    const names = row ? [row.node.id, row.node.layer.type] : [];
    if (names.some((name) => name.toLowerCase().startsWith(wanted))) return at;
  }
  return -1;
}

/** The connections that a layer could get as a source: no circle, and a port that still takes one, or gives up the one it has. */
export function targets(doc: Doc, source: NodeView): Edge[] {
  const before = upstream(doc, source.key);
  const there = new Set(edgesOf(doc).map(({ source: from, output, target, port }) => `${from} ${output} ${target} ${port}`));
  return [...doc.values()].flatMap((node) =>
    before.has(node.key)
      ? []
      : node.ports.flatMap((port) =>
          source.outputs.flatMap((_name, output) =>
            there.has(`${source.key} ${output} ${node.key} ${port}`) ? [] : { source: source.key, output, target: node.key, port },
          ),
        ),
  );
}

/** The connections that a layer could be moved into: not its own, and none that it would close to a circle. */
export function places(doc: Doc, node: NodeView): Edge[] {
  if (node.ports.length === 0) return [];
  return edgesOf(doc).filter(({ source, target }) => doc.has(source) && source !== node.key && target !== node.key);
}

/** The connection into which a layer of a chain is put to come one earlier (-1) or one later (1); undefined where it is at its end. */
export function shifted(doc: Doc, node: NodeView, by: -1 | 1): Edge | undefined {
  const edges = edgesOf(doc);
  const into = (key: string) => edges.filter((edge) => edge.target === key);
  const from = (key: string) => edges.filter((edge) => edge.source === key);
  const [before] = into(node.key);
  const [behind] = from(node.key);
  if (by < 0) return before && into(node.key).length === 1 ? into(before.source)[0] : undefined;
  return behind && from(node.key).length === 1 && into(node.key).length === 1 ? from(behind.target)[0] : undefined;
}

/** A connection in words: `conv → flatten`, with output and port where there are several. */
export function inWords(doc: Doc, { source, output, target, port }: Edge): string {
  const outputs = doc.get(source)?.outputs ?? [];
  const ports = doc.get(target)?.ports ?? [];
  const from = outputs.length > 1 ? `${source} (${outputs[output] ?? output})` : source;
  return `${from} → ${target}${ports.length > 1 ? ` (${port})` : ""}`;
}

/** What a screen reader says of a row: type, name, shape, parameters and what is wrong. */
export function spoken(node: NodeView): string {
  const troubles = node.troubles.map(({ severity, message }) => `${severity}: ${message}`);
  const into = node.inputs.length ? `from ${node.inputs.map(([source]) => source).join(" and ")}` : "";
  return [`${node.layer.type} ${node.id}`, node.summary, into, node.shape && `out ${node.shape}`, node.parameters, ...troubles].filter(Boolean).join(", ");
}

function upstream(doc: Doc, key: string): Set<string> {
  const found = new Set([key]);
  for (const one of found) for (const [source] of doc.get(one)?.inputs ?? []) found.add(source);
  return found;
}
