import { describe, expect, it } from "vitest";
import { type Doc, edgeId, edgesOf } from "../src/document";
import { foresee } from "../src/edits";
import type { Edit } from "../src/wire";
import { OFFERED, chain } from "./network";

const after = (doc: Doc, ...edits: Edit[]) => edits.reduce((shown, edit) => foresee(shown, edit, OFFERED), doc);
const edges = (doc: Doc) => edgesOf(doc).map((edge) => `${edge.source}>${edge.target}:${edge.port}`);
const middle = { source: "one", output: 0, target: "two", port: "inputs" };

describe("AddLayer", () => {
  it("behind a layer takes over what followed, and moves it down", () => {
    const doc = after(chain(), { type: "AddLayer", layer: "Dense", id: "dense", after: "one" });
    expect(edges(doc)).toEqual(["image>one:inputs", "dense>two:inputs", "two>three:inputs", "one>dense:inputs"]);
    expect(["dense", "two", "three"].map((key) => doc.get(key)?.y)).toEqual([260, 390, 520]);
  });

  it("behind the last layer stands below it", () => {
    const doc = after(chain(), { type: "AddLayer", layer: "Dense", id: "dense", after: "three" });
    expect(doc.get("dense")).toMatchObject({ x: 0, y: 520, inputs: [["three", 0, "inputs"]] });
  });

  it("gives every input that is needed the tensor", () => {
    const doc = after(chain(), { type: "AddLayer", layer: "Attention", id: "attention", after: "three" });
    expect(doc.get("attention")?.inputs).toEqual([["three", 0, "query"], ["three", 0, "value"]]);
  });

  it("without inputs stands beside", () => {
    const doc = after(chain(), { type: "AddLayer", layer: "Input", id: "input", after: "image" });
    expect(doc.get("input")).toMatchObject({ x: 240, y: 0, inputs: [] });
  });

  it("into a connection parts it", () => {
    const doc = after(chain(), { type: "AddLayer", layer: "Dense", id: "dense", x: 10, y: 200, edge: middle });
    expect(doc.get("two")?.inputs).toEqual([["dense", 0, "inputs"]]);
    expect(doc.get("dense")).toMatchObject({ y: 260, inputs: [["one", 0, "inputs"]] });
  });

  it("changes nothing when it does not fit", () => {
    const doc = chain();
    expect(after(doc, { type: "AddLayer", layer: "Dense", id: "one" })).toBe(doc);
    expect(after(doc, { type: "AddLayer", layer: "Input", id: "x", edge: middle })).toBe(doc);
    expect(after(doc, { type: "AddLayer", layer: "Dense", id: "x", edge: { ...middle, source: "three" } })).toBe(doc);
  });
});

describe("Connect and Disconnect", () => {
  it("a port that takes one tensor gives up the edge that it had", () => {
    const doc = after(chain(), { type: "Connect", edge: { ...middle, source: "image" } });
    expect(doc.get("two")?.inputs).toEqual([["image", 0, "inputs"]]);
  });

  it("a port that takes many keeps all, in order", () => {
    const edit = (source: string): Edit => ({ type: "Connect", edge: { source, output: 0, target: "add", port: "inputs" } });
    const doc = after(chain(), { type: "AddLayer", layer: "Add", id: "add" }, edit("two"), edit("one"), edit("two"));
    expect(doc.get("add")?.inputs.map(([source]) => source)).toEqual(["two", "one"]);
  });

  it("cuts one edge and no other", () => {
    expect(edges(after(chain(), { type: "Disconnect", edges: [middle] }))).toEqual(["image>one:inputs", "two>three:inputs"]);
  });
});

describe("Remove", () => {
  it("closes a chain over the gap", () => {
    const doc = after(chain(), { type: "Remove", ids: ["one", "two"], edges: [], heal: true });
    expect(edges(doc)).toEqual(["image>three:inputs"]);
  });

  it("leaves the gap when it is not to heal", () => {
    expect(edges(after(chain(), { type: "Remove", ids: ["one"], edges: [], heal: false }))).toEqual(["two>three:inputs"]);
  });

  it("ends on a loop of removed layers", () => {
    const loop = after(chain(), { type: "Connect", edge: { ...middle, source: "two", target: "one" } });
    expect(edges(after(loop, { type: "Remove", ids: ["one", "two"], edges: [], heal: true }))).toEqual([]);
  });
});

it("Paste shows no name that is none", () => {
  const nodes = [{ id: 'x");import os#', layer: { type: "Dense" }, x: 0, y: 0 }, { id: "fine", layer: { type: "Dense" }, x: 0, y: 0 }];
  expect([...after(new Map(), { type: "Paste", nodes, edges: [], dx: 1, dy: 2 }).keys()]).toEqual(["fine"]);
});

it("Insert takes a layer from where it was, and closes that gap", () => {
  const doc = after(chain(), { type: "Insert", id: "three", edge: { source: "image", output: 0, target: "one", port: "inputs" } });
  expect(new Set(edges(doc))).toEqual(new Set(["image>three:inputs", "three>one:inputs", "one>two:inputs"]));
});

it("Move leaves what does not move the same object", () => {
  const doc = chain();
  const moved = after(doc, { type: "Move", places: [{ id: "two", x: 5, y: 6 }, { id: "nobody", x: 0, y: 0 }] });
  expect(moved.get("two")).toMatchObject({ x: 5, y: 6 });
  expect(moved.get("one")).toBe(doc.get("one"));
  expect(moved.size).toBe(4);
});

it("tells every connection from every other", () => {
  expect(edgeId({ ...middle, port: "query" })).not.toBe(edgeId(middle));
});
