/** Small networks for the tests. */
import { type Doc, merge } from "../src/document";
import type { Offered } from "../src/edits";
import { EMPTY } from "../src/document";
import type { Entry, Incoming, Input, NodeView } from "../src/wire";

export function entry(type: string, ports: string[] = ["inputs"], lists: string[] = [], optional: string[] = []): Entry {
  return { type, family: "core", tooltip: `A ${type}.`, name: type.toLowerCase(), layer: { type }, summary: "", ports, lists, optional, outputs: ["output"] };
}

export const OFFERED: Offered = new Map(
  [entry("Input", []), entry("Dense"), entry("Add", ["inputs"], ["inputs"]), entry("Attention", ["query", "value", "key"], [], ["key"])].map(
    (one) => [one.type, one],
  ),
);

export function node(id: string, type: string, y: number, inputs: Input[] = []): NodeView {
  const offered = OFFERED.get(type);
  if (!offered) throw new Error(type);
  const { family, layer, summary, ports, lists, optional, outputs } = offered;
  return { key: id, id, family, layer, summary, ports, lists, optional, outputs, x: 0, y, inputs, shape: "", parameters: "", measures: null, troubles: [] };
}

/** image -> one -> two -> three, each 130 below the other. */
export function chain(): Doc {
  const nodes = [
    node("image", "Input", 0),
    node("one", "Dense", 130, [["image", 0, "inputs"]]),
    node("two", "Dense", 260, [["one", 0, "inputs"]]),
    node("three", "Dense", 390, [["two", 0, "inputs"]]),
  ];
  return merge(EMPTY, { nodes, gone: [] });
}

let turn = 0;

export function message(over: Partial<Incoming> = {}): Incoming {
  return {
    project: "p",
    epoch: "first",
    turn: ++turn,
    base: 0,
    version: 1,
    nodes: [...chain().values()],
    gone: [],
    acknowledged: {},
    notices: [],
    select: { number: 0, keys: [] },
    status: { state: "ready", message: "" },
    totals: [],
    path: [],
    blocks: [],
    undo: false,
    redo: false,
    revision: 1,
    steps: "/steps",
    pulse: "/pulse",
    statistics: "/statistics",
    foresight: "/foresight",
    example: {},
    palette: { families: { core: "Core" }, entries: [...OFFERED.values()] },
    ...over,
  };
}

export class MemoryShelf {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}
