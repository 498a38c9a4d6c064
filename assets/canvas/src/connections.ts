/** Which connections there can be, told while one is drawn: the rule of builder/edits/connecting.py. Shapes only Keras knows. */
import { type Doc, edgesOf, ends } from "./document";
import type { Point } from "./route";
import { SIZE } from "./size";
import type { Edge, Entry, NodeView } from "./wire";

/** Why an edge cannot be, in words; null where it can. */
export function refusal(doc: Doc, edge: Edge): string | null {
  const source = doc.get(edge.source);
  const target = doc.get(edge.target);
  if (!source || !target) return "This layer is no longer there.";
  if (source === target) return `${edge.source} cannot be connected with itself: it would wait for its own output.`;
  if (target.ports.length === 0) return `${edge.target} (${target.layer.type}) takes no input.`;
  if (!target.ports.includes(edge.port)) return `${edge.target} has no input called ${edge.port}.`;
  if (edge.output >= source.outputs.length) return `${edge.source} has no output number ${edge.output + 1}.`;
  if (target.inputs.some(([from, output, port]) => from === edge.source && output === edge.output && port === edge.port))
    return `${edge.source} is connected with ${edge.target} already.`;
  if (reached(doc, [edge.target], "down").has(edge.source))
    return `${edge.target} leads to ${edge.source} already: the network would run in a circle.`;
  return null;
}

/** What a connection would do beside joining two layers; null where nothing. */
export function consequence(doc: Doc, edge: Edge): string | null {
  const target = doc.get(edge.target);
  const had = target && !target.lists.includes(edge.port) ? target.inputs.find(([, , port]) => port === edge.port) : undefined;
  return had ? `${edge.target} takes one tensor here: this takes the place of ${had[0]}.` : null;
}

export type Way = "up" | "down";

/** All nodes that edges lead to from some, or back from them; those themselves included. */
export function reached(doc: Doc, keys: readonly string[], way: Way): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of edgesOf(doc)) {
    const [from, to] = way === "down" ? [source, target] : [target, source];
    if (doc.has(from) && doc.has(to)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found = new Set(keys);
  for (const key of found) for (const further of next.get(key) ?? []) found.add(further);
  return found;
}

/** The edges that join two layers at what is still free: each input that must have one, else the first. */
export function joining(doc: Doc, source: NodeView, target: NodeView): Edge[] {
  const taken = new Set(target.inputs.map(([, , port]) => port));
  const needed = target.ports.filter((port) => !target.optional.includes(port));
  const free = needed.filter((port) => !taken.has(port) || target.lists.includes(port));
  const ports = free.length ? free : target.ports.slice(0, 1);
  const edges = ports.map((port) => ({ source: source.key, output: 0, target: target.key, port }));
  return edges.filter((edge) => refusal(doc, edge) === null);
}

const REACH = { down: 100, aside: 130 }; // pixels from the end of a network at which a new layer goes on with it

/** The layer that a new one goes on with when it is put at a place: one that nothing follows yet, right above it. */
export function continued(doc: Doc, entry: Pick<Entry, "ports">, place: Point): NodeView | undefined {
  if (entry.ports.length === 0) return undefined;
  const below = ({ y }: NodeView) => place.y - (y + SIZE.height);
  const near = ends(doc).filter((node) => node.outputs.length > 0 && below(node) > -SIZE.height / 2 && below(node) < REACH.down && Math.abs(node.x - place.x) < REACH.aside);
  return near.sort((one, other) => below(one) - below(other))[0];
}

/** The shape that comes out of a layer, `28x28x1`; an Input says it itself, before Keras does. Empty while it is not known. */
export function comesOut(node: NodeView | undefined, output: number): string {
  const own = node?.layer.type === "Input" && Array.isArray(node.layer.shape) ? node.layer.shape.join("x") : "";
  return node?.shape.split(", ")[output] || own;
}

export type Fit = "often" | "fits" | "hardly";

/** What mostly follows one example with so many axes, the most frequent first. */
const OFTEN: Record<number, readonly string[]> = {
  1: ["Dense", "Dropout", "BatchNormalization", "Activation", "Concatenate", "Reshape"],
  2: ["LSTM", "GRU", "Conv1D", "MultiHeadAttention", "GlobalAveragePooling1D", "LayerNormalization", "Dropout", "Add", "Flatten"],
  3: ["Conv2D", "MaxPooling2D", "BatchNormalization", "Activation", "Dropout", "Add", "Concatenate", "GlobalAveragePooling2D", "Flatten"],
  4: ["Conv3D", "MaxPooling3D", "BatchNormalization", "Activation", "Add", "GlobalAveragePooling3D", "Flatten"],
};

/** The layers that can follow a shape such as `28x28x1`: what often does, then what is made for it, then all others. */
export function fitting(entries: readonly Entry[], shape: string): { entry: Entry; fit: Fit }[] {
  const count = axes(shape);
  const often = OFTEN[count ?? 0] ?? [];
  const place = ({ type }: Entry) => often.indexOf(type);
  const judge = (entry: Entry): Fit => (place(entry) >= 0 ? "often" : takes(entry, count) ? "fits" : "hardly");
  const judged = entries.filter((entry) => entry.ports.length > 0).map((entry) => ({ entry, fit: judge(entry) }));
  const of = (fit: Fit) => judged.filter((one) => one.fit === fit);
  return [...of("often").sort((one, other) => place(one.entry) - place(other.entry)), ...of("fits"), ...of("hardly")];
}

/** How many numbers a shape has; null while it is not known. */
function axes(shape: string): number | null {
  return shape && !shape.includes(",") ? shape.split("x").length : null;
}

const ROWS = /^(LSTM|GRU|SimpleRNN|Bidirectional|MultiHeadAttention|GroupQueryAttention|Attention|AdditiveAttention|PositionEmbedding)$/;
const MAPS = /^(PreprocessInput|Resizing|CenterCrop|Random|RandAugment|AugMix|Solarization|AutoContrast)/;

/** Whether a layer is made for that many axes of one example; the names of Keras's layers say so. */
function takes({ type, family }: Entry, count: number | null): boolean {
  if (count === null) return true;
  const dimensions = Number(/([123])D(Transpose)?$/.exec(type)?.[1] ?? 0);
  if (dimensions) return count === dimensions + (type.startsWith("ConvLSTM") ? 2 : 1);
  if (type === "RepeatVector" || type === "Embedding") return count === 1;
  if (type === "Flatten" || type === "TimeDistributed") return count > 1;
  if (ROWS.test(type)) return count === 2;
  if (family === "applications" || family === "augmentation" || family === "colors" || MAPS.test(type)) return count === 3;
  return type !== "Dense" || count < 3;
}
