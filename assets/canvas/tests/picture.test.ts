import { expect, it } from "vitest";
import { type Drawn, around, clipped, svg } from "../src/picture";
import { SIZE } from "../src/size";
import { chain } from "./network";

const measure = (text: string, size: number) => text.length * size * 0.6;
const THEME = { paper: "#fff", ink: "#123", error: "#b00" };

function drawn(change: Partial<Drawn["node"]> = {}): Drawn[] {
  return [...chain().values()].map((node) => ({ at: { x: node.x, y: node.y }, size: SIZE, frame: false, node: { ...node, ...change }, look: undefined, painted: undefined }));
}

it("draws all layers of the whole network, and only those in view otherwise", () => {
  const all = around(drawn());
  expect(all).toEqual({ x: -32, y: -32, width: SIZE.width + 64, height: 390 + SIZE.height + 64 });
  const count = (picture: string) => picture.match(/<g transform/g)?.length ?? 0;
  expect(count(svg(all, drawn(), [], "down", THEME, measure))).toBe(4);
  expect(count(svg({ x: 0, y: 0, width: 100, height: 200 }, drawn(), [], "down", THEME, measure))).toBe(2);
});

it("writes text that no markup comes out of", () => {
  const picture = svg({ x: 0, y: 0, width: 900, height: 900 }, drawn({ summary: `<b>&"'` }), [], "down", THEME, measure);
  expect(picture).not.toContain("<b>");
  expect(picture).toContain("&#60;b&#62;&#38;");
});

it("cuts what is too long, and leaves the rest", () => {
  expect(clipped("short", 100, 12, false, measure)).toBe("short");
  const cut = clipped("a very long name of a layer", 60, 12, false, measure);
  expect(cut.endsWith("…")).toBe(true);
  expect(measure(cut, 12)).toBeLessThanOrEqual(60);
  expect(clipped("anything", 3, 12, false, measure)).toBe("");
});
