import { expect, it } from "vitest";
import { type Direction, kept, seen } from "../src/direction";
import { sceneOf } from "../src/expansion";
import { flowEdges, flowNodes, flowRoutes } from "../src/flow";
import { type Box, type Ends, type Point, type Route, drawn, middle, narrow, routes } from "../src/route";
import { SIZE } from "../src/size";
import { chain, node } from "./network";

const MIDDLE = SIZE.width / 2;

function box(id: string, x: number, y: number): Box {
  return { id, x, y, ...SIZE };
}

function ends(source: Box, target: Box): Ends {
  const from = { x: source.x + MIDDLE, y: source.y + SIZE.height };
  return { id: `${source.id}-${target.id}`, source: source.id, target: target.id, from, to: { x: target.x + MIDDLE, y: target.y } };
}

function one(boxes: Box[], line: Ends): Route {
  const route = routes(boxes, [line]).get(line.id);
  if (!route) throw new Error(line.id);
  return route;
}

/** The whole way, as points that lie close together. */
function along(route: Route): Point[] {
  const numbers = drawn(route, "down").match(/[MLC][^MLC]*/g) ?? [];
  let at: Point = { x: 0, y: 0 };
  return numbers.flatMap((part) => {
    const values = part.slice(1).split(/[ ,]/).map(Number);
    const points = values.flatMap((x, index) => (index % 2 ? [] : [{ x, y: values[index + 1] ?? 0 }]));
    const [p, [a, b, end]] = [at, points.length === 3 ? points : [at, points[0], points[0]]];
    at = points.at(-1) ?? at;
    if (!a || !b || !end || part.startsWith("M")) return [];
    const mix = (t: number, p0: number, p1: number, p2: number, p3: number) => (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t ** 2 * p2 + t ** 3 * p3;
    return Array.from({ length: 101 }, (_, step) => ({ x: mix(step / 100, p.x, a.x, b.x, end.x), y: mix(step / 100, p.y, a.y, b.y, end.y) }));
  });
}

function runsOver(route: Route, box: Box): boolean {
  return along(route).some(({ x, y }) => x > box.x && x < box.x + SIZE.width && y > box.y && y < box.y + SIZE.height);
}

it("is written along where it passes a layer", () => {
  const [a, b, c] = [box("a", 0, 0), box("b", 0, 130), box("c", 0, 260)];
  expect(narrow(one([a, b, c], ends(a, b)), "down")).toBe(false);
  expect(narrow(one([a, b, c], ends(a, c)), "down")).toBe(true);
  expect(narrow(one([a, b, c], ends(a, c)), "right")).toBe(false);
});

it("leads straight to the next layer", () => {
  const [a, b] = [box("a", 0, 0), box("b", 0, 130)];
  expect(one([a, b], ends(a, b)).lane).toEqual([]);
});

it("leads around all layers between, however many", () => {
  const boxes = Array.from({ length: 12 }, (_, index) => box(`n${index}`, 0, 130 * index));
  const [first, last] = [boxes[0], boxes[11]] as [Box, Box];
  const route = one(boxes, ends(first, last));
  expect(route.lane).toHaveLength(2);
  for (const between of boxes.slice(1, -1)) expect(runsOver(route, between)).toBe(false);
});

it("takes the gap between two columns rather than the way around both", () => {
  const [top, left, right, bottom] = [box("top", 126, 0), box("left", 0, 130), box("right", 252, 130), box("bottom", 126, 260)];
  const route = one([top, left, right, bottom], ends(top, bottom));
  expect(Math.abs((route.lane[0]?.x ?? route.from.x) - route.from.x)).toBeLessThan(20);
  for (const between of [left, right]) expect(runsOver(route, between)).toBe(false);
});

it("gives two connections lanes of their own", () => {
  const boxes = Array.from({ length: 5 }, (_, index) => box(`n${index}`, 0, 130 * index));
  const [a, b, , d, e] = boxes as [Box, Box, Box, Box, Box];
  const lanes = [...routes(boxes, [ends(a, d), ends(b, e)]).values()].map((route) => route.lane[0]?.x);
  expect(new Set(lanes).size).toBe(2);
});

it("leads back up without a lane, and to a layer that overlaps", () => {
  const [a, b, c] = [box("a", 0, 0), box("b", 0, 130), box("c", 0, 260)];
  for (const line of [ends(c, a), ends(a, box("d", 10, 40))]) {
    expect(one([a, b, c], line).lane).toEqual([]);
    expect(drawn(one([a, b, c], line), "down")).not.toContain("NaN");
  }
});

it("draws the turned picture for layers from left to right", () => {
  const doc = new Map(chain());
  doc.set("sum", node("sum", "Add", 520, [["three", 0, "inputs"], ["image", 0, "inputs"]]));
  const paths = (["down", "right"] as Direction[]).map((direction) => {
    const scene = sceneOf({ doc, frames: new Map() }, direction);
    const nodes = flowNodes(scene, [], new Set());
    const route = flowRoutes(nodes, flowEdges(scene, []), direction).get("image 0 sum inputs");
    if (!route) throw new Error("The connection has no way.");
    expect(route.lane).toHaveLength(2);
    return { nodes, at: middle(route, direction) };
  });
  const [down, right] = paths as [(typeof paths)[0], (typeof paths)[0]];
  for (const shown of [down, right]) {
    const over = shown.nodes.filter(({ position: { x, y } }) => shown.at.x > x && shown.at.x < x + SIZE.width && shown.at.y > y && shown.at.y < y + SIZE.height);
    expect(over).toEqual([]);
  }
  expect(right.nodes.map(({ position }) => position.y)).toEqual([0, 0, 0, 0, 0]);
});

it("keeps a place, whichever way it is seen", () => {
  for (const direction of ["down", "right"] as Direction[]) {
    for (const place of [{ x: 0, y: 0 }, { x: -317, y: 1234 }, { x: 99_999, y: -3 }]) expect(kept(seen(place, direction), direction)).toEqual(place);
  }
});
