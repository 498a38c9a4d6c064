import { beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../src/session";
import type { Outgoing } from "../src/wire";
import { MemoryShelf, message, node } from "./network";

let shelf: MemoryShelf;
let sent: Outgoing[];
let session: Session;

function begin(): Session {
  const begun = new Session("p", shelf);
  begun.connect({ send: (outgoing) => sent.push(outgoing), select: () => {}, open: () => {}, expand: () => {} });
  return begun;
}

beforeEach(() => {
  vi.useFakeTimers();
  shelf = new MemoryShelf();
  sent = [];
  session = begin();
  session.receive(message());
});

const removal = { type: "Remove" as const, ids: ["two"], edges: [], heal: true };
const last = () => sent.at(-1)?.entries.at(-1);

describe("the outbox", () => {
  it("shows an edit at once and sends it with the version it builds on", () => {
    session.edit(removal);
    expect([...session.shown.keys()]).toEqual(["image", "one", "three"]);
    expect(sent.at(-1)).toMatchObject({ epoch: "first", have: 1, entries: [{ number: 1, edits: [removal] }] });
  });

  it("resends until acknowledged, and then no more", () => {
    session.edit(removal);
    vi.advanceTimersByTime(2000);
    expect(sent).toHaveLength(2);
    const { client = "" } = last() ?? {};
    session.receive(message({ base: 1, version: 2, nodes: [], gone: ["two"], acknowledged: { [client]: 1 } }));
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(2);
    expect(shelf.kept.size).toBe(0);
  });

  it("goes back to the document when an edit is refused", () => {
    session.edit(removal);
    const { client = "" } = last() ?? {};
    session.receive(message({ base: 1, version: 1, nodes: [], acknowledged: { [client]: 1 }, notices: [{ number: 1, text: "No." }] }));
    expect(session.shown.has("two")).toBe(true);
    expect(session.status?.notices[0]?.text).toBe("No.");
  });

  it("survives a reload under its old name, beside the numbers of the new page", () => {
    session.edit(removal);
    const before = last()?.client;
    const again = begin();
    again.receive(message({ epoch: "second" }));
    again.edit({ type: "Move", places: [{ id: "one", x: 1, y: 1 }] });
    expect(sent.at(-1)?.entries.map((entry) => [entry.client === before, entry.number])).toEqual([[true, 1], [false, 1]]);
  });

  it("sends what is pending to a server that has just been started again", () => {
    session.edit(removal);
    sent = [];
    session.receive(message({ epoch: "second" }));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ epoch: "second", entries: [{ epoch: "first", number: 1 }] });
  });
});

describe("messages", () => {
  it("build on the insides of the version that they build on, and not on the last", () => {
    const block = { ...node("two", "Dense", 0), layer: { type: "Block", block: "unit" }, outputs: ["end"] };
    const insides = { two: [node("end", "Dense", 0)] };
    session.receive(message({ version: 2, nodes: [block], insides }));
    session.unroll(["two"], true);
    expect(session.node("two/end")).toBeDefined();
    session.receive(message({ base: 2, version: 3, nodes: [], insides: {} }));
    expect(session.node("two/end")).toBeUndefined();
    session.receive(message({ base: 2, version: 4, nodes: [] }));
    expect(session.node("two/end")).toBeDefined();
  });

  it("changes count from their base, not from what came in between", () => {
    session.receive(message({ base: 1, version: 2, nodes: [node("extra", "Dense", 0)] }));
    expect(session.shown.has("extra")).toBe(true);
    session.receive(message({ base: 1, version: 3, nodes: [] }));
    expect(session.shown.has("extra")).toBe(false);
  });

  it("asks for everything when its base is unknown", () => {
    session.receive(message({ base: 40, version: 41, nodes: [] }));
    expect(sent.at(-1)?.have).toBe(0);
    expect(session.shown.size).toBe(4);
  });

  it("passes over one that has been overtaken", () => {
    session.receive(message({ base: 1, version: 3, nodes: [node("extra", "Dense", 0)] }));
    session.receive(message({ base: 1, version: 2, nodes: [] }));
    expect(session.shown.has("extra")).toBe(true);
  });

  it("begins anew with a new epoch", () => {
    session.receive(message({ epoch: "second", base: 0, version: 1, nodes: [node("only", "Input", 0)] }));
    expect([...session.shown.keys()]).toEqual(["only"]);
  });

  it("tells a node's listener only when that node has changed", () => {
    const heard = { one: 0, two: 0 };
    session.subscribeNode("one", () => (heard.one += 1));
    session.subscribeNode("two", () => (heard.two += 1));
    const badge = { severity: "error" as const, message: "m", remedy: "r" };
    const changed = session.node("two");
    if (!changed) throw new Error("two");
    session.receive(message({ base: 1, version: 2, nodes: [{ ...changed, troubles: [badge] }] }));
    expect(heard).toEqual({ one: 0, two: 1 });
  });

  it("follows a selection that Python asks for, once", () => {
    const select = { number: 1, keys: ["two"] };
    session.receive(message({ base: 1, version: 1, nodes: [], select }));
    expect(session.selected).toEqual(["two"]);
    session.select(["one"]);
    session.receive(message({ base: 1, version: 1, nodes: [], select }));
    expect(session.selected).toEqual(["one"]);
  });
});

it("tells Python of a selection once the pointer is up", () => {
  const told: (readonly string[])[] = [];
  session.connect({ send: () => {}, select: (keys) => told.push(keys), open: () => {}, expand: () => {} });
  session.hold();
  for (const keys of [["one"], ["one", "two"], ["one", "two", "three"]]) session.select(keys);
  expect(told).toEqual([]);
  session.release();
  session.release();
  expect(told).toEqual([["one", "two", "three"]]);
});

it("forgets the selection of what is gone", () => {
  session.select(["one", "two"]);
  session.edit(removal);
  expect(session.selected).toEqual(["one"]);
});

it("leaves undo to Python, in its order", () => {
  session.edit(removal);
  session.history("undo");
  expect(sent.at(-1)?.entries.map((entry) => entry.history)).toEqual([null, "undo"]);
});

it("what is done inside a block says so, and is foreseen only there", () => {
  const inside = [{ node: "stage1", block: "stage" }];
  session.receive(message({ version: 2, path: inside, blocks: ["stage"] }));
  session.edit({ type: "Remove", ids: ["two"], edges: [], heal: true });
  expect(session.shown.has("two")).toBe(false);
  expect(sent.at(-1)?.entries.at(-1)?.edits[0]?.inside).toBe("stage");
  session.receive(message({ version: 3, path: [] }));
  expect(session.shown.has("two")).toBe(true);
});
