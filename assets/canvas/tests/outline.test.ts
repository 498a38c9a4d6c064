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
  expect(rows((path) => (path ? undefined : doc)).map(({ level, place, of: all }) => [level, place, all])).toEqual([[1, 1, 4], [1, 2, 4], [1, 3, 4], [1, 4, 4]]);
});

test("what lies inside of a block follows it, a level deeper, where it is shown", () => {
  const unit = { ...node("two", "Dense", 260), layer: { type: "Block", block: "unit" } };
  const doc = new Map(chain()).set("two", unit);
  const known = (open: readonly string[]) => (path: string) => (path === "" ? doc : open.includes(path) ? chain() : undefined);
  const all = rows(known(["two"]));
  expect(all.map(({ key, level, expanded }) => [key, level, expanded]).slice(2, 6)).toEqual([["two", 1, true], ["two/image", 2, undefined], ["two/one", 2, undefined], ["two/two", 2, undefined]]);
  expect(all.find(({ key }) => key === "two/one")).toMatchObject({ within: ["two"], place: 2, of: 4 });
  expect(rows(known([])).map(({ key, expanded }) => [key, expanded])).toContainEqual(["two", false]);
});

test("letters lead to the next name or type that begins with them", () => {
  const all = rows((path) => (path ? undefined : chain()));
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
