import { expect, it } from "vitest";
import { freshName } from "../src/document";
import { tidy } from "../src/layout";
import { SIZE } from "../src/size";
import { chain, node } from "./network";

it("puts a chain from top to bottom, without overlap", () => {
  const places = tidy(chain());
  const heights = places.map((place) => place.y);
  expect(new Set(places.map((place) => place.x)).size).toBe(1);
  heights.slice(1).forEach((y, index) => expect(y - (heights[index] ?? 0)).toBeGreaterThanOrEqual(SIZE.height));
});

it("places a network with a loop, a double connection and a loose end", () => {
  const doc = new Map(chain());
  doc.set("image", { ...node("image", "Input", 0), inputs: [["three", 0, "inputs"]] });
  doc.set("twice", node("twice", "Add", 0, [["one", 0, "inputs"], ["one", 0, "inputs"], ["nobody", 0, "inputs"]]));
  const places = tidy(doc);
  expect(places).toHaveLength(5);
  expect(places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

it("leaves a tidy picture where it is", () => {
  const tidied = new Map([...chain()].map(([key, one]) => [key, { ...one, x: one.x + 700, y: one.y - 90 }]));
  for (const { id, x, y } of tidy(tidied)) expect({ x, y }).toEqual({ x: tidied.get(id)?.x, y: tidied.get(id)?.y });
});

it("arranges only what is chosen, around where it was", () => {
  const doc = new Map(chain());
  doc.set("two", { ...node("two", "Dense", 1000, [["one", 0, "inputs"]]), x: 500 });
  const places = tidy(doc, ["one", "two"]);
  expect(places.map(({ id }) => id)).toEqual(["one", "two"]);
  expect(Math.abs((places[0]?.x ?? 0) - (places[1]?.x ?? 9))).toBe(0);
});

it("names as Python does", () => {
  expect(freshName("conv2d", new Set())).toBe("conv2d");
  expect(freshName("conv2d", new Set(["conv2d", "conv2d_1"]))).toBe("conv2d_2");
  expect(freshName("dense_7", new Set(["dense_7"]))).toBe("dense_1");
});
