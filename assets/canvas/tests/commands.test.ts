import { beforeEach, describe, expect, it } from "vitest";
import { Actions } from "../src/actions";
import { type Line, aligned, distributed } from "../src/aligning";
import { COMMANDS, type Reach, commandOf, ofKey } from "../src/commands";
import { found, foundAnywhere } from "../src/finding";
import { Session } from "../src/session";
import type { Edit, Incoming } from "../src/wire";
import { MemoryShelf, chain, entry, message, node } from "./network";

let session: Session;
let actions: Actions;
let sent: Edit[];
const asked: string[] = [];

beforeEach(() => {
  sent = [];
  session = new Session("p", new MemoryShelf());
  session.connect({ send: ({ entries }) => (sent = entries.at(-1)?.edits ?? []), select: () => {}, open: () => {}, expand: () => {} });
  session.receive(message());
  actions = new Actions(session);
});

const reach = (): Reach => ({
  session,
  actions,
  arrange: () => {},
  shift: () => {},
  tidy: () => {},
  fit: () => {},
  turn: () => {},
  present: () => {},
  picture: async () => {},
  ask: (what) => asked.push(what),
  boxing: false,
  setBoxing: () => {},
});
const key = (name: string, held: Partial<KeyboardEvent> = {}) =>
  ofKey({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })?.name;

function receive(over: Partial<Incoming>): void {
  session.receive(message({ version: 2, ...over }));
}

it("an Input begins with the shape of the project's data", () => {
  const input = entry("Input", []);
  session.receive(message({ version: 2, example: { shape: [8, 8, 1] } }));
  actions.append(input);
  expect(sent[0]).toMatchObject({ layer: "Input", values: { shape: [8, 8, 1] } });
  actions.add(entry("Dense"), { x: 0, y: 0 });
  expect(sent[0]).not.toHaveProperty("values");
});

it("copies stand beside their originals and over no other layer", () => {
  session.select(["one", "two"]);
  actions.duplicate();
  const { dx, dy } = sent[0] as Extract<Edit, { type: "Paste" }>;
  expect([dx >= 240, dy]).toEqual([true, 0]);
  session.select(["one"]);
  actions.duplicate();
  expect((sent[0] as Extract<Edit, { type: "Paste" }>).dx).toBeGreaterThan(dx);
});

describe("shortcuts", () => {
  it("each leads to one command", () => {
    const keys = COMMANDS.flatMap((command) => command.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it("none is one that the browser keeps to itself (its own F1 can be taken), or that Streamlit hears", () => {
    const kept = /^(R|C|Mod\+(N|T|W|Q|L|R|P|S|Shift\+[NTWQCIJPR])|F([2-9]|1\d)|Alt.*)$/;
    expect(COMMANDS.flatMap((command) => command.keys).filter((one) => kept.test(one))).toEqual([]);
  });
  it("are found whatever the case and the layout", () => {
    expect(key("z", { ctrlKey: true })).toBe("undo");
    expect(key("Z", { metaKey: true, shiftKey: true })).toBe("redo");
    expect(key("?", { shiftKey: true })).toBe("shortcuts");
    expect(key("k", { ctrlKey: true })).toBe("commands");
    expect(key("F10", { shiftKey: true })).toBe("menu");
    expect(key("e")).toBe("disable");
    expect(key("e", { altKey: true })).toBeUndefined();
    expect(key("v", { ctrlKey: true })).toBeUndefined(); // comes as an event of the clipboard
  });
});

describe("why a command cannot be done", () => {
  const why = (name: string) => commandOf(name).why(reach());
  it("nothing is selected", () => {
    for (const name of ["delete", "duplicate", "copy", "fold", "disable", "replace", "upstream"]) expect(why(name)).toContain("first");
    session.select(["one"]);
    for (const name of ["delete", "duplicate", "copy", "fold", "disable", "replace", "upstream"]) expect(why(name)).toBeNull();
  });
  it("a connection alone can be deleted", () => {
    session.selectEdges([{ source: "one", output: 0, target: "two", port: "inputs" }]);
    expect(why("delete")).toBeNull();
    commandOf("delete").run(reach());
    expect(sent).toMatchObject([{ type: "Disconnect" }]);
    expect(session.selectedEdges).toEqual([]);
    expect(why("delete")).not.toBeNull();
  });
  it("too few are selected, or they are connected already", () => {
    session.select(["one"]);
    expect(why("left")).toContain("at least 2");
    session.select(["one", "two"]);
    expect([why("left"), why("across")]).toEqual([null, "Select at least 3 layers first."]);
    expect(why("join")).toContain("cannot be connected");
  });
});

describe("edits", () => {
  it("a layer drawn from an output is connected with it", () => {
    actions.add(entry("Dense"), { x: 1, y: 2 }, { source: { source: "two", output: 0 } });
    expect(sent).toMatchObject([{ type: "AddLayer", id: "dense" }, { type: "Connect", edge: { source: "two", target: "dense" } }]);
  });
  it("a layer drawn from an input feeds it", () => {
    actions.add(entry("Input", []), { x: 1, y: 2 }, { target: { target: "two", port: "inputs" } });
    expect(sent[1]).toMatchObject({ edge: { source: "input", target: "two", port: "inputs" } });
  });
  it("a copy gets what its original gets", () => {
    session.select(["two", "three"]);
    actions.duplicate();
    expect(sent).toMatchObject([{ type: "Paste" }, { type: "Connect", edge: { source: "one", target: "two_1" } }]);
    expect(sent).toHaveLength(2);
    expect(session.shown.get("two_1")?.inputs).toEqual([["one", 0, "inputs"]]);
  });
  it("switching off and on", () => {
    session.select(["one", "two"]);
    actions.disable();
    expect(session.shown.get("one")?.disabled).toBe(true);
    actions.disable();
    expect(sent).toEqual([{ type: "Disable", ids: ["one", "two"], disabled: false }]);
  });
  it("a replaced layer keeps its place and what fits of its connections", () => {
    session.select(["two"]);
    actions.replace(entry("Attention", ["query", "value"]));
    expect(session.shown.get("two")).toMatchObject({ layer: { type: "Attention" }, inputs: [["one", 0, "query"]], y: 260 });
    expect(session.shown.get("three")?.inputs).toEqual([["two", 0, "inputs"]]);
  });
  it("an instance takes its block along, and the blocks in it", () => {
    const inner = { name: "inner", nodes: [] };
    const outer = { name: "outer", nodes: [{ id: "i", layer: { type: "Block", block: "inner" }, x: 0, y: 0 }] };
    const block = { ...node("b", "Dense", 0), layer: { type: "Block", block: "outer" } };
    receive({ nodes: [...chain().values(), block], library: [inner, { name: "other", nodes: [] }, outer] });
    session.select(["b"]);
    expect(JSON.parse(actions.copy() ?? "").blocks.map((one: { name: string }) => one.name)).toEqual(["inner", "outer"]);
    actions.paste(actions.lastCopied);
    expect(sent).toMatchObject([{ type: "Paste", blocks: [{ name: "inner" }, { name: "outer" }] }]);
  });
  it("repeats a block, at least once", () => {
    receive({ nodes: [{ ...node("b", "Dense", 0), layer: { type: "Block", block: "x", repeat: 2 } }] });
    session.select(["b"]);
    actions.repeat(1);
    expect(sent).toEqual([{ type: "Configure", id: "b", values: { repeat: 3 } }]);
    expect(commandOf("less").why(reach())).toBeNull();
  });
});

describe("lines", () => {
  const places = [{ id: "a", x: 0, y: 10 }, { id: "b", x: 30, y: 0 }, { id: "c", x: 10, y: 50 }];
  it.each<[Line, "x" | "y", number]>([["left", "x", 0], ["centre", "x", 15], ["right", "x", 30], ["top", "y", 0], ["middle", "y", 25], ["bottom", "y", 50]])(
    "%s",
    (line, axis, value) => expect(aligned(places, line).map((place) => place[axis])).toEqual([value, value, value]),
  );
  it("even distances, whatever the order", () => {
    expect(distributed(places, "x").map(({ id, x }) => [id, x])).toEqual([["a", 0], ["c", 15], ["b", 30]]);
    expect(distributed(places.slice(0, 1), "y")).toEqual(places.slice(0, 1));
  });
});

it("search finds by name, type and parameter, and nothing by nothing", () => {
  const doc = new Map(chain()).set("last", { ...node("last", "Dense", 0), layer: { type: "Dense", units: 10, activation: "softmax" } });
  const names = (wanted: string) => found(doc, wanted).map(({ id }) => id);
  expect(names("soft")).toEqual(["last"]);
  expect(names("dense units=10")).toEqual(["last"]);
  expect(names("two")).toEqual(["two"]);
  expect(names(" ")).toEqual([]);
});

it("stops what the browser works on before it lets go of the selection", () => {
  let stopped = 0;
  session.select(["one"]);
  session.work({ words: "Arranging 4 layers. Esc stops it.", stop: () => (stopped += 1) });
  commandOf("none").run(reach());
  expect([stopped, session.selected]).toEqual([1, ["one"]]);
  session.work(null);
  commandOf("none").run(reach());
  expect([stopped, session.selected]).toEqual([1, []]);
});

describe("inside of a block that is shown in its place", () => {
  const inner = () => [
    { ...node("x", "Input", 0), layer: { type: "BlockInput" } },
    node("a", "Dense", 130, [["x", 0, "inputs"]]),
    node("b", "Dense", 260, [["a", 0, "inputs"]]),
  ];
  beforeEach(() => {
    const unit = { ...node("unit", "Dense", 130), layer: { type: "Block", block: "pair" } };
    const library = [{ name: "pair", nodes: inner(), edges: [] }];
    receive({ nodes: [...chain().values(), unit], blocks: ["pair"], library, insides: { unit: inner() } });
  });
  const open = () => session.unroll(["unit"], true);

  it("each edit is done in the block, and seen at once", () => {
    open();
    session.select(["unit/a", "unit/b"]);
    actions.disable();
    expect(sent).toEqual([{ type: "Disable", ids: ["a", "b"], disabled: true, inside: "pair" }]);
    expect(session.node("unit/a")?.disabled).toBe(true);
    actions.duplicate();
    expect(session.chosen).toEqual(["unit/a_1", "unit/b_1"]);
    expect(sent[0]).toMatchObject({ type: "Paste", inside: "pair" });
    session.select(["unit/a"]);
    expect(actions.append(entry("Dense"))).toBe("unit/dense");
    expect(sent[0]).toMatchObject({ type: "AddLayer", after: "a", inside: "pair" });
    session.select(["unit/b"]);
    actions.remove();
    expect(session.node("unit/b")).toBeUndefined();
    expect(session.shown.has("three")).toBe(true);
  });
  it("what else is selected lies beside it, and what comes in is left out", () => {
    open();
    session.select(["unit/b"]);
    commandOf("upstream").run(reach());
    expect(session.chosen).toEqual(["unit/a", "unit/b"]);
    session.select(["unit/b"]);
    actions.selectAll();
    expect(session.chosen).toEqual(["unit/a", "unit/b"]);
  });
  it("a search finds what is inside, and what has to be opened for it", () => {
    const hits = (wanted: string) => foundAnywhere(session.seen.doc, session.library, wanted).map(({ key, closed }) => [key, closed.join()]);
    expect(hits("b dense").at(-1)).toEqual(["unit/b", "unit"]);
    open();
    expect(hits("b dense").at(-1)).toEqual(["unit/b", ""]);
  });
});
