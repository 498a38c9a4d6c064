import { describe, expect, test } from "vitest";
import { absorb, gaps, type Message, MOST_POINTS, newRun, quantities, type Status, thin } from "../src/curves";

const STATUS: Status = {
  state: "running", epochs: 4, epoch: 1, steps: 10, step: 3, elapsed: 2, remaining: 6, speed: 120, diverged: null, fetching: null,
};

function message(part: Partial<Message>): Message {
  return { run: "a", start: 0, end: 100, status: STATUS, batches: {}, epochs: {}, over: false, ...part };
}

describe("absorb", () => {
  test("a snapshot replaces what was there", () => {
    const run = newRun("a", "A", "t");
    absorb(run, message({ batches: { loss: [[0.1, 0.2], [3, 2]] } }));
    const anew = absorb(run, message({ batches: { loss: [[0.1], [1]] } }));
    expect(anew).toBe(true);
    expect(run.batches.loss).toEqual([[0.1], [1]]);
    expect(run.offset).toBe(100);
  });

  test("an increment extends a known curve without a redraw", () => {
    const run = newRun("a", "A", "t");
    absorb(run, message({ batches: { loss: [[0.1], [3]] } }));
    const redraw = absorb(run, message({ start: 100, end: 150, batches: { loss: [[0.2], [2]] } }));
    expect(redraw).toBe(false);
    expect(run.batches.loss).toEqual([[0.1, 0.2], [3, 2]]);
  });

  test("a new curve and a gap need a redraw", () => {
    const run = newRun("a", "A", "t");
    absorb(run, message({ batches: { loss: [[0.1], [3]] } }));
    expect(absorb(run, message({ start: 100, epochs: { val_loss: [[1], [2]] } }))).toBe(true);
    expect(absorb(run, message({ start: 150, batches: { loss: [[0.3], [null]] } }))).toBe(true);
  });

  test("a message does not share its arrays with the run", () => {
    const run = newRun("a", "A", "t");
    const first = message({ batches: { loss: [[0.1], [3]] } });
    absorb(run, first);
    absorb(run, message({ start: 100, batches: { loss: [[0.2], [2]] } }));
    expect(first.batches.loss).toEqual([[0.1], [3]]);
  });

  test("a long run is thinned", () => {
    const run = newRun("a", "A", "t");
    const many = Array.from({ length: MOST_POINTS + 1 }, (_, index) => index);
    expect(absorb(run, message({ batches: { loss: [many, many] } }))).toBe(true);
    expect(run.batches.loss![0].length).toBeLessThan(MOST_POINTS);
  });
});

test("thin keeps points at even distances, the beginning of a gap and the last point", () => {
  expect(thin([[0, 1, 2, 3, 4], [5, null, null, 7, 8]], 2)).toEqual([[0, 1, 2, 4], [5, null, null, 8]]);
  expect(thin([[0, 1, 2, 3, 4, 5], [5, 5, 6, 7, 8, 9]], 2)).toEqual([[0, 4, 5], [5, 8, 9]]);
});

test("no part of a curve is lost, however often it is thinned", () => {
  const run = newRun("a", "A", "t");
  for (let at = 0; at < 20 * MOST_POINTS; at += 100) {
    const some = Array.from({ length: 100 }, (_, index) => at + index);
    absorb(run, message({ start: at, batches: { loss: [some, some] } }));
  }
  const x = run.batches.loss![0];
  const widest = Math.max(...x.slice(1).map((value, index) => value - x[index]!));
  expect(widest).toBeLessThan(20 * 8);
});

test("a gap is marked once, at the height of the last number", () => {
  expect(gaps([[0, 1, 2, 3, 4], [7, 4, null, null, 5]])).toEqual({ x: [2], y: [4] });
  expect(gaps([[0, 1], [null, 3]])).toEqual({ x: [0], y: [3] });
  expect(gaps([[0, 1], [2, 1]])).toEqual({ x: [], y: [] });
});

test("validation belongs to its quantity, and the loss comes first", () => {
  const run = newRun("a", "A", "t");
  run.batches = { accuracy: [[], []], loss: [[], []] };
  run.epochs = { val_accuracy: [[], []], val_loss: [[], []] };
  expect(quantities([run])).toEqual(["loss", "accuracy"]);
});
