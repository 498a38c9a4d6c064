import { expect, it } from "vitest";
import { type Arrow, inRows } from "../src/rows";
import golden from "./rows.json";

it.each(golden.map((one, index) => [index, one] as const))("places everything where Python does: network %i", (_index, { names, arrows, places }) => {
  const found = inRows(names, arrows as unknown as Arrow[]);
  expect(names.map((name) => [found.get(name)?.x, found.get(name)?.y])).toEqual(places);
});

it("places what runs in a circle, each below another", () => {
  const found = inRows(["a", "b", "c"], [["a", "b"], ["b", "c"], ["c", "a"], ["b", "b"], ["b", "nobody"]]);
  expect([...found.values()].map(({ y }) => y)).toEqual([0, 130, 260]);
});

it("has nothing to place on an empty canvas", () => {
  expect(inRows([], []).size).toBe(0);
});
