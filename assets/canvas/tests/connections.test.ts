import { describe, expect, it } from "vitest";
import { comesOut, consequence, continued, fitting, joining, reached, refusal } from "../src/connections";
import { downstream, sameType, upstream, whole } from "../src/selecting";
import type { Doc } from "../src/document";
import { chain, entry, node } from "./network";

const edge = (source: string, target: string, port = "inputs", output = 0) => ({ source, output, target, port });

describe("a connection is refused", () => {
  it.each([
    [edge("one", "one"), "with itself"],
    [edge("three", "one"), "in a circle"],
    [edge("one", "image"), "takes no input"],
    [edge("one", "three", "query"), "no input called query"],
    [edge("one", "three", "inputs", 3), "no output number 4"],
    [edge("one", "two"), "already"],
    [edge("one", "nobody"), "no longer there"],
  ])("%o: %s", (wrong, said) => expect(refusal(chain(), wrong)).toContain(said));

  it("but not where it fits", () => expect(refusal(chain(), edge("image", "three"))).toBeNull());
});

it("says whose place a connection takes", () => {
  expect(consequence(chain(), edge("image", "three"))).toContain("takes the place of two");
  expect(consequence(new Map(chain()).set("add", node("add", "Add", 0, [["one", 0, "inputs"]])), edge("two", "add"))).toBeNull();
});

it("joins at every input that must be connected and is free", () => {
  const doc = new Map(chain()).set("attention", node("attention", "Attention", 520));
  const [image, attention] = [doc.get("image"), doc.get("attention")];
  if (!image || !attention) throw new Error("image, attention");
  expect(joining(doc, image, attention).map(({ port }) => port)).toEqual(["query", "value"]);
  expect(joining(doc, attention, image)).toEqual([]);
});

describe("selecting", () => {
  const doc: Doc = new Map(chain()).set("alone", node("alone", "Add", 0));
  it("goes up and down the connections, in the document's order", () => {
    expect(upstream(doc, ["two"])).toEqual(["image", "one", "two"]);
    expect(downstream(doc, ["two"])).toEqual(["two", "three"]);
    expect(whole(doc, ["two"])).toEqual(["image", "one", "two", "three"]);
    expect(whole(doc, ["alone"])).toEqual(["alone"]);
  });
  it("finds all of a type", () => expect(sameType(doc, ["one"])).toEqual(["one", "two", "three"]));
  it("ends on a loop", () => {
    const loop = new Map(doc).set("one", node("one", "Dense", 0, [["three", 0, "inputs"]]));
    expect([...reached(loop, ["one"], "down")].sort()).toEqual(["one", "three", "two"]);
  });
});

describe("what can follow a shape", () => {
  const kinds = ["Conv1D", "Conv2D", "ConvLSTM2D", "LSTM", "Flatten", "Dense", "Embedding"].map((type) => entry(type));
  const fits = (shape: string) => fitting([entry("Input", []), ...kinds], shape).filter((one) => one.fit !== "hardly").map((one) => one.entry.type);
  it("goes by the number of its axes", () => {
    expect(fits("28x28x1")).toEqual(["Conv2D", "Flatten"]);
    expect(fits("10x3")).toEqual(["LSTM", "Conv1D", "Flatten", "Dense"]);
    expect(fits("5x8x8x3")).toEqual(["Flatten", "ConvLSTM2D"]);
    expect(fits("7")).toEqual(["Dense", "Embedding"]);
  });
  it("begins with what often does, and knows what an Input gives before Keras does", () => {
    const of = (type: string) => fitting([...kinds, entry("EinsumDense")], "28x28x1").find(({ entry }) => entry.type === type)?.fit;
    expect(["Conv2D", "EinsumDense", "LSTM"].map(of)).toEqual(["often", "fits", "hardly"]);
    expect(comesOut({ ...node("image", "Input", 0), layer: { type: "Input", shape: [28, 28, 1] } }, 0)).toBe("28x28x1");
    expect(comesOut({ ...node("one", "Dense", 0), shape: "3, 4" }, 1)).toBe("4");
  });
  it("offers everything that takes an input where the shape is not known, and what fits first", () => {
    expect(fits("")).toHaveLength(kinds.length);
    expect(fitting(kinds, "7").map((one) => one.entry.type).slice(0, 3)).toEqual(["Dense", "Embedding", "Conv1D"]);
  });
});

it("goes on with the end of the network that a new layer is put below", () => {
  const doc = chain();
  const at = (x: number, y: number, ports = ["inputs"]) => continued(doc, { ports }, { x, y })?.key;
  expect(at(20, 520)).toBe("three");
  expect(at(20, 760)).toBeUndefined();
  expect(at(300, 520)).toBeUndefined();
  expect(at(20, 130)).toBeUndefined();
  expect(at(20, 520, [])).toBeUndefined();
});
