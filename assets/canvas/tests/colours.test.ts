/** Colouring by a measure: the scale, who gets which colour, who hears of it, and what is said where there is no value. */
import { expect, test, vi } from "vitest";
import { brief, bytes, digits } from "../src/amounts";
import { Colours, scale, shade } from "../src/colours";
import { Session } from "../src/session";
import { statisticsOf } from "../src/statistics";
import type { Measures, NodeView } from "../src/wire";
import { MemoryShelf, chain, message, node } from "./network";

const MEASURES: Measures = { parameters: 0, trainable: 0, macs: 0, memory: 4, size: 1, field: [1, 1], why: "" };

function opened(measures: (Partial<Measures> | null)[]): Session {
  const session = new Session("p", new MemoryShelf());
  const nodes = [...chain().values()].map((one, i): NodeView => ({ ...one, measures: measures[i] ? { ...MEASURES, ...measures[i] } : null }));
  session.receive(message({ nodes }));
  return session;
}

test("the largest is bright, the smallest dark, and powers of ten are even steps", () => {
  const place = scale([1, 10, 100], true);
  expect([place(0), place(1), place(10), place(100)]).toEqual([0, 0, 0.5, 1]);
  expect(scale([2, 4], false)(3)).toBe(0.5);
  expect(scale([5], false)(5)).toBe(1);
  expect(shade(0)).toEqual({ colour: "rgb(0 34 78)", ink: "#fff" });
  expect(shade(1)).toEqual({ colour: "rgb(254 232 56)", ink: "#000" });
});

test("text on every colour of the scale has a contrast that is read", () => {
  for (let place = 0; place <= 1; place += 0.01) {
    const { colour, ink } = shade(place);
    const channels = (colour.match(/\d+/g) ?? []).map(Number);
    const light = (values: number[]) => {
      const [r = 0, g = 0, b = 0] = values.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const [one, two] = [light(channels), ink === "#000" ? 0.05 : 1.05];
    expect(Math.max(one, two) / Math.min(one, two)).toBeGreaterThan(4.5);
  }
});

test("a node hears of its colour only when that has changed", () => {
  const session = opened([{ parameters: 1 }, { parameters: 10 }, { parameters: 100 }, null]);
  const colours = new Colours(session);
  expect(colours.of("one")).toBeUndefined();
  colours.choose("parameters");
  expect(colours.of("one")).toMatchObject({ text: "10", colour: shade(0.5).colour });
  expect(colours.of("three")).toMatchObject({ colour: "", why: "not known yet" });
  expect(colours.range).toEqual({ low: "1", high: "100", known: 3, unknown: 1 });
  const before = colours.of("one");
  session.receive(message({ version: 2, base: 1, nodes: [{ ...node("three", "Dense", 390), measures: { ...MEASURES, parameters: 50 } }] }));
  expect(colours.of("one")).toBe(before);
  expect(colours.of("three")?.text).toBe("50");
  colours.choose("");
  expect(colours.of("one")).toBeUndefined();
});

test("a receptive field is shown along each axis, and one that is not there says why", () => {
  const colours = new Colours(opened([{ field: [3, 5] }, { field: null, why: "the whole input" }, { field: [9, 9] }]));
  colours.choose("field");
  expect(colours.of("image")?.text).toBe("3x5");
  expect(colours.of("one")).toMatchObject({ colour: "", text: "", why: "the whole input" });
});

test("a run colours its layers, and those inside a block colour the block", () => {
  const session = opened([{}, {}, {}, {}]);
  const colours = new Colours(session);
  const listener = vi.fn();
  colours.subscribe(listener);
  colours.choose("dead");
  expect(colours.of("one")).toMatchObject({ colour: "", why: "no run yet" });
  colours.hear({ run: "r", name: "Run 1", epoch: 1, live: true, layers: { one: { dead: 0.5 }, two: { mean: 1 } } });
  expect(colours.of("one")?.text).toBe("50 %");
  expect(colours.of("two")).toMatchObject({ colour: "", why: "not measured for this layer" });
  expect(listener).toHaveBeenCalledTimes(2);

  const doc = new Map(["unit", "unit_2", "end"].map((id) => [id, { ...node(id, "Dense", 0), layer: { type: id === "end" ? "Dense" : "Block" } }]));
  const layers = { unit_1_a: { gradient: 3 }, unit_1_b: { gradient: 4 }, unit_2_conv: { gradient: 1 }, end: { gradient: 2 } };
  const told = { run: "r", name: "Run 1", epoch: 1, live: true, layers };
  expect(statisticsOf(told, [], doc)).toEqual(new Map([["unit", { gradient: 5 }], ["unit_2", { gradient: 1 }], ["end", { gradient: 2 }]]));
  const inside = new Map(["a", "b"].map((id) => [id, node(id, "Dense", 0)]));
  expect(statisticsOf(told, ["unit"], inside)).toEqual(new Map([["a", { gradient: 3 }], ["b", { gradient: 4 }]]));
});

test("numbers are written as people read them", () => {
  expect([brief(281_640), brief(138_357_544), brief(1.2e13)]).toEqual(["281,640", "138 million", "12 trillion"]);
  expect([bytes(12), bytes(3_136), bytes(40e9)]).toEqual(["12 bytes", "3.14 kB", "40 GB"]);
  expect([digits(0), digits(0.01234), digits(1.23e-7)]).toEqual(["0", "0.0123", "1.2e-7"]);
});
