/** The outline: its rows and their levels, where letters lead, and which connections and moves it offers. */
import { expect, test } from "vitest";
import { edgesOf } from "../src/document";
import { foresee } from "../src/edits";
import { inOrder, inWords, places, rows, shifted, spoken, targets, typedAhead } from "../src/outline";
import type { NodeView } from "../src/wire";
import { OFFERED, chain, node } from "./network";

const of = (doc: ReadonlyMap<string, NodeView>, key: string): NodeView => {
  const found = doc.get(key);
  if (!found) throw new Error(key);
  return found;
};

test("layers stand in the order of the data, a circle at the end, and each knows its place", () => {
  const doc = new Map([...chain()].reverse());
  expect(inOrder(doc).map(({ id }) => id)).toEqual(["image", "one", "two", "three"]);
  const circle = new Map(chain()).set("one", node("one", "Dense", 0, [["two", 0, "inputs"]]));
  expect(inOrder(circle).map(({ id }) => id)).toEqual(["image", "one", "two", "three"]);
  expect(rows(doc, []).map(({ level, place, of: all }) => [level, place, all])).toEqual([[1, 1, 4], [1, 2, 4], [1, 3, 4], [1, 4, 4]]);
});

test("blocks that are open are levels around the layers", () => {
  const all = rows(chain(), [{ node: "unit_1", block: "unit" }]);
  expect(all.map(({ key, level, depth }) => [key, level, depth]).slice(0, 3)).toEqual([["/0 Network", 1, 0], ["/1 unit_1", 2, 1], ["image", 3, undefined]]);
});

test("letters lead to the next name or type that begins with them", () => {
  const all = rows(chain(), []);
  expect(typedAhead(all, 0, "d")).toBe(1);
  expect(typedAhead(all, 1, "d")).toBe(2);
  expect(typedAhead(all, 3, "D")).toBe(1);
  expect(typedAhead(all, 0, "th")).toBe(3);
  expect(typedAhead(all, 0, "x")).toBe(-1);
});

test("connections are offered that close no circle and are not there yet", () => {
  const doc = new Map(chain()).set("add", node("add", "Add", 0)).set("look", node("look", "Attention", 0));
  const offered = targets(doc, of(doc, "one")).map((edge) => inWords(doc, edge));
  expect(offered).toEqual(["one → three", "one → add", "one → look (query)", "one → look (value)", "one → look (key)"]);
  expect(targets(doc, of(doc, "three")).map(({ target }) => target)).not.toContain("image");
});

test("a layer of a chain comes one earlier or later, and its ends stay", () => {
  const doc = chain();
  expect(shifted(doc, of(doc, "one"), -1)).toBeUndefined();
  expect(shifted(doc, of(doc, "three"), 1)).toBeUndefined();
  const order = (edge: ReturnType<typeof shifted>, id: string) =>
    edge && inOrder(foresee(doc, { type: "Insert", id, edge }, OFFERED)).map((one) => one.id);
  expect(order(shifted(doc, of(doc, "two"), -1), "two")).toEqual(["image", "two", "one", "three"]);
  expect(order(shifted(doc, of(doc, "one"), 1), "one")).toEqual(["image", "two", "one", "three"]);
  expect(places(doc, of(doc, "three")).map((edge) => inWords(doc, edge))).toEqual(["image → one", "one → two"]);
  expect(places(doc, of(doc, "image"))).toEqual([]);
});

test("a new name is seen at once, with all that hangs on it; a taken or impossible one is not", () => {
  const doc = chain();
  const renamed = foresee(doc, { type: "Rename", id: "one", to: "first" }, OFFERED);
  expect(edgesOf(renamed).map(({ source, target }) => `${source}>${target}`)).toEqual(["image>first", "first>two", "two>three"]);
  for (const to of ["two", "No Name", ""]) expect(foresee(doc, { type: "Rename", id: "one", to }, OFFERED)).toBe(doc);
});

test("a screen reader hears what the eye sees", () => {
  const one: NodeView = { ...of(chain(), "one"), shape: "64", parameters: "640 parameters", troubles: [{ severity: "error", message: "Too wide.", remedy: "" }] };
  expect(spoken(one)).toBe("Dense one, from image, out 64, 640 parameters, error: Too wide.");
});
