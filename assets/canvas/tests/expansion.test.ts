/** Blocks that are shown from inside: what is seen, where it lies, and the way back to the document. */
import { expect, test } from "vitest";
import type { Direction } from "../src/direction";
import type { Doc } from "../src/document";
import { type Scene, expanded, sceneOf } from "../src/expansion";
import { flowEdges, flowNodes, flowRoutes, laidOut } from "../src/flow";
import { spreadOf } from "../src/spread";
import type { Input, NodeView } from "../src/wire";
import { chain, node } from "./network";

const instance = (id: string, y: number, inputs: Input[]): NodeView => ({ ...node(id, "Dense", y, inputs), layer: { type: "Block", block: "unit" }, ports: ["x"], outputs: ["sum"] });
const blockInput = { ...node("x", "Input", 0), layer: { type: "BlockInput" } };
const UNIT: Doc = new Map(
  [blockInput, node("wide", "Dense", 130, [["x", 0, "inputs"]]), node("sum", "Add", 260, [["wide", 0, "inputs"], ["x", 0, "inputs"]])].map((one) => [one.key, one]),
);
/** image -> one -> unit -> three, and a layer beside the unit. */
const DOC: Doc = new Map(chain())
  .set("two", instance("two", 260, [["one", 0, "x"]]))
  .set("beside", { ...node("beside", "Dense", 260, [["one", 0, "inputs"]]), x: 252 });

const scene = (direction: Direction, inside = (key: string) => (key === "two" ? UNIT : undefined)): Scene => sceneOf(expanded(DOC, inside), direction);

test("what lies inside is called after its instance, and fed through the dots of the frame", () => {
  const shown = scene("down");
  expect([...shown.doc.keys()].slice(-3)).toEqual(["two/x", "two/wide", "two/sum"]);
  expect(shown.frames.get("two")).toEqual(["two/wide", "two/sum"]);
  const lines = flowEdges(shown, []).filter(({ data }) => data?.inner);
  expect(lines.map(({ source, sourceHandle, target, targetHandle }) => `${source}.${sourceHandle}>${target}.${targetHandle}`)).toEqual([
    "two.in:x>two/wide.inputs",
    "two/wide.0>two/sum.inputs",
    "two.in:x>two/sum.inputs",
    "two/sum.0>two.out:0",
  ]);
  expect(lines.every(({ selectable, reconnectable }) => selectable === false && reconnectable === false)).toBe(true);
});

test("nothing covers anything, whichever way it is seen, and every connection has a way", () => {
  for (const direction of ["down", "right"] as Direction[]) {
    const shown = scene(direction);
    const nodes = flowNodes(shown, [], new Set());
    const corners = laidOut(nodes);
    const box = (id: string) => ({ ...(corners.get(id) ?? { x: 0, y: 0 }), ...(shown.places.get(id)?.size ?? { width: 0, height: 0 }) });
    const apart = (a: string, b: string) => {
      const [one, other] = [box(a), box(b)];
      return one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
    };
    const tops = nodes.filter(({ parentId }) => !parentId).map(({ id }) => id);
    for (const a of tops) for (const b of tops) if (a < b) expect(apart(a, b), `${direction}: ${a} and ${b}`).toBe(true);
    const frame = box("two");
    for (const id of ["two/wide", "two/sum"]) {
      const inner = box(id);
      expect(inner.x >= frame.x && inner.y >= frame.y + 36 && inner.x + inner.width <= frame.x + frame.width && inner.y + inner.height <= frame.y + frame.height).toBe(true);
    }
    const lines = flowEdges(shown, []);
    expect(flowRoutes(nodes, lines, direction).size).toBe(lines.length);
  }
});

test("a place that is seen leads back to the document, also that of the block itself", () => {
  for (const direction of ["down", "right"] as Direction[]) {
    const shown = scene(direction);
    for (const key of ["image", "three", "beside"]) {
      const { x, y } = DOC.get(key) as NodeView;
      expect(shown.kept(shown.places.get(key)?.at ?? { x: -1, y: -1 }, key)).toEqual({ x, y });
    }
    expect(shown.kept(shown.places.get("two")?.at ?? { x: -1, y: -1 }, "two")).toEqual({ x: 0, y: 260 });
  }
});

test("blocks in blocks make their frames larger", () => {
  const nested: Doc = new Map(UNIT).set("wide", instance("wide", 130, [["x", 0, "x"]]));
  const inside = (key: string) => (key === "two" ? nested : key === "two/wide" ? UNIT : undefined);
  const [one, both] = [scene("down").places.get("two"), scene("down", inside).places.get("two")];
  expect(both?.size.height).toBeGreaterThan((one?.size.height ?? 0) + 100);
  expect(flowNodes(scene("down", inside), [], new Set()).map(({ id, parentId }) => [id, parentId]).slice(3, 6)).toEqual([["two/wide", "two"], ["two/wide/wide", "two/wide"], ["two/wide/sum", "two/wide"]]);
});

test("room grows evenly and back exactly; blocks in one column share it", () => {
  const spread = spreadOf([{ x: 0, y: 0, wider: 100, higher: 300 }, { x: 10, y: 500, wider: 200, higher: 100 }], "down");
  const places = [-500, -212, -100, 0, 90, 212, 500].flatMap((x) => [-50, 0, 40, 84, 500, 900].map((y) => ({ x, y })));
  for (const place of places) {
    const back = spread.back(spread.out(place));
    expect([back.x, back.y]).toEqual([expect.closeTo(place.x), expect.closeTo(place.y)]);
  }
  expect(spread.out({ x: 500, y: 900 })).toEqual({ x: 600, y: 1300 });
  expect(spread.out({ x: -500, y: 0 })).toEqual({ x: -600, y: 0 });
});
