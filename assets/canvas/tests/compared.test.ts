import { expect, test } from "vitest";
import { type Side, bounds } from "../src/Compared";
import type { NodeView } from "../src/wire";

function side(places: Record<string, [number, number]>, marks: Side["marks"]): Side {
  const nodes = Object.entries(places).map(([key, [x, y]]) => ({ key, x, y }) as NodeView);
  return { title: "", nodes, marks };
}

test("what has happened on either side is seen at first", () => {
  const seen = bounds([side({ a: [0, 0], b: [0, 9000] }, { a: "removed" }), side({ a: [0, 0], c: [300, 400] }, { c: "added" })]);
  expect(seen.x).toBeLessThanOrEqual(0);
  expect(seen.x + seen.width).toBeGreaterThanOrEqual(512);
  expect(seen.y).toBeLessThanOrEqual(0);
  expect(seen.y + seen.height).toBeGreaterThanOrEqual(484);
  expect(seen.height).toBeLessThan(600);
});

test("one layer does not fill the picture, and a long network begins at its top", () => {
  expect(bounds([side({ a: [0, 0] }, { a: "changed" }), side({}, {})])).toMatchObject({ width: 560, height: 480 });
  expect(bounds([side({ a: [0, 50], b: [0, 90_000] }, {}), side({}, {})])).toMatchObject({ y: 50, height: 1000 });
});
