/** What nodes can be coloured by: how it is called, where it is found, how it is written, and on which scale it is seen. */
import { brief, bytes, digits, share } from "./amounts";
import type { LayerStatistics, RunStatistics } from "./statistics";
import type { NodeView } from "./wire";

export interface Measure {
  key: string;
  label: string;
  /** What the number means, for those who do not know. */
  hint: string;
  /** A logarithmic scale, where values differ by powers of ten. */
  log: boolean;
  /** Of a run, not of the network alone. */
  live: boolean;
  value(node: NodeView, layer: LayerStatistics | undefined): number | null;
  text(value: number, node?: NodeView): string;
}

export const MEASURES: readonly Measure[] = [
  {
    key: "parameters",
    label: "Parameters",
    hint: "Numbers that the layer has learned or will learn",
    log: true,
    live: false,
    value: (node) => node.measures?.parameters ?? null,
    text: brief,
  },
  {
    key: "macs",
    label: "Multiply-adds",
    hint: "Multiplications with addition (MACs) that one example costs",
    log: true,
    live: false,
    value: (node) => node.measures?.macs ?? null,
    text: brief,
  },
  {
    key: "memory",
    label: "Memory of the output",
    hint: "Bytes that the output of one example takes",
    log: true,
    live: false,
    value: (node) => node.measures?.memory ?? null,
    text: bytes,
  },
  {
    key: "field",
    label: "Receptive field",
    hint: "How much of the input one number of the output depends on, in pixels or steps (Araujo et al., 2019)",
    log: false,
    live: false,
    value: (node) => (node.measures?.field ? Math.max(...node.measures.field) : null),
    text: (value, node) => field(node?.measures?.field ?? [value]),
  },
  {
    key: "size",
    label: "Size of the output",
    hint: "How many numbers come out for one example",
    log: true,
    live: false,
    value: (node) => node.measures?.size ?? null,
    text: brief,
  },
  live("mean", "Activation, mean", "Mean of what comes out, over some examples", digits),
  live("spread", "Activation, spread", "Standard deviation of what comes out: near 0, the layer says the same of every example", digits),
  live("dead", "Dead units", "Share of the ReLU outputs that are zero for all of a batch: they learn nothing", share),
  live("gradient", "Gradient", "Length (norm) of the gradient of the layer's weights: near 0, the layer hardly learns", digits, true),
  live("change", "Weight change", "How far the weights have moved since the beginning, as a share of their length there", share),
];

function live(key: keyof LayerStatistics, label: string, hint: string, text: (value: number) => string, log = false): Measure {
  return { key, label, hint, log, live: true, value: (_node, layer) => layer?.[key] ?? null, text };
}

/** `9x9`; a field that is no whole number of pixels is rounded up: that many are touched. */
export function field(sizes: readonly number[]): string {
  return sizes.map((size) => Math.ceil(size)).join("x");
}

/** Why a node has no value; for a receptive field that is a finding in itself. */
export function reason(measure: Measure, node: NodeView, statistics: RunStatistics | null): string {
  if (measure.live) return statistics ? "not measured for this layer" : "no run yet";
  if (!node.measures) return "not known yet";
  return measure.key === "field" && node.measures.why ? node.measures.why : "not known";
}
