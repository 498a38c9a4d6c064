import { expect, test } from "vitest";
import { type Message, newRun, type Run } from "../src/curves";
import { extension, layout, marked, type Theme, traces } from "../src/figure";
import { colourList, luminance } from "../src/theme";

const THEME: Theme = { text: "#111111", background: "#ffffff", grid: "#dddddd", font: "sans-serif", dark: false, colours: ["#1", "#2", "#3"] };

function run(id: string): Run {
  const made = newRun(id, `<b>${id}`, "t");
  made.batches = { loss: [[0.5, 1], [3, null]] };
  made.epochs = { loss: [[1, 2], [3, 2]], val_loss: [[1, 2], [4, 3]] };
  return made;
}

test("each run has batches, training, validation and gaps, in this order", () => {
  const drawn = traces([run("a")], "loss", THEME);
  expect(drawn.map((trace) => trace.name)).toEqual(["within an epoch", "training", "validation", "not a number"]);
  expect(drawn.map((trace) => trace.y)).toEqual([[3, null], [3, 2], [4, 3], [3]]);
  expect(drawn[3]!.x).toEqual([1]);
});

test("plotly gets copies, because it grows its arrays in place", () => {
  const one = run("a");
  (traces([one], "loss", THEME)[0]!.x as number[]).push(9);
  expect(one.batches.loss![0]).toEqual([0.5, 1]);
});

test("several runs differ in colour; a name is text, not HTML", () => {
  const drawn = traces([run("a"), run("b")], "loss", THEME);
  const colour = (index: number) => (drawn[index]!.line as { color: string }).color;
  expect(colour(1)).toBe(colour(2));
  expect(colour(1)).not.toBe(colour(5));
  expect(drawn[5]!.name).toBe("&lt;b&gt;b");
});

test("a run that continues another one begins where that was, if it is shown too", () => {
  const branch = { ...run("b"), continues: { run: "a", epoch: 1 }, epochs: { loss: [[2], [2.5]], val_loss: [[2], [3.5]] } as Run["epochs"] };
  const drawn = traces([branch, run("a")], "loss", THEME);
  expect([drawn[1], drawn[2]].map((trace) => [trace!.x, trace!.y])).toEqual([
    [[1, 2], [3, 2.5]],
    [[1, 2], [4, 3.5]],
  ]);
  expect(traces([branch], "loss", THEME)[1]!.x).toEqual([2]);
  expect(traces([{ ...branch, epochs: {} }, run("a")], "loss", THEME)[1]!.x).toEqual([]);
});

test("an increment goes to the traces of its run", () => {
  const message = { batches: { loss: [[1.5], [2]] }, epochs: { val_loss: [[3], [1]] } } as unknown as Message;
  const come = { message, index: 1 };
  expect(extension([come], "loss")).toEqual({ x: [[1.5], [3]], y: [[2], [1]], indices: [4, 6] });
  expect(extension([come], "accuracy")).toBeNull();
  const both = extension([come, { message, index: 0 }, come], "loss");
  expect(both).toEqual({ x: [[1.5, 1.5], [3, 3], [1.5], [3]], y: [[2, 2], [1, 1], [2], [1]], indices: [4, 6, 0, 2] });
});

test("many epochs are a line without marks", () => {
  const long = run("a");
  expect(marked(long)).toBe(true);
  long.epochs.loss = [Array.from({ length: 31 }, (_, epoch) => epoch + 1), Array(31).fill(1)];
  expect(marked(long)).toBe(false);
  expect(traces([long], "loss", THEME)[1]!.mode).toBe("lines");
});

test("the reader's zoom survives: uirevision never changes", () => {
  expect(layout(THEME, "loss", true, 300).uirevision).toBe(layout({ ...THEME, dark: true }, "loss", false, 200).uirevision);
});

test("a dark page is told by its background", () => {
  expect(luminance("#0e1117")).toBeLessThan(0.5);
  expect(luminance("rgb(250, 250, 250)")).toBeGreaterThan(0.5);
  expect(luminance("white")).toBe(1);
});

test("the page's own chart colours are used where it has some", () => {
  expect(colourList("#2F4B7C,#C8553D, rgb(1, 2, 3)")).toEqual(["#2F4B7C", "#C8553D", "rgb(1, 2, 3)"]);
  expect(colourList("")).toBeNull();
});

test("without points the axes say nothing, and words stand in their place", () => {
  const empty = layout(THEME, "loss", false, 300, "The curve begins later.");
  expect(empty.annotations).toMatchObject([{ text: "The curve begins later." }]);
  expect(empty.xaxis).toMatchObject({ showticklabels: false });
  expect(layout(THEME, "loss", false, 300)).toMatchObject({ annotations: [], xaxis: { showticklabels: true } });
});
