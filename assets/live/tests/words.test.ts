import { expect, test } from "vitest";
import { newRun, type Series, type Status } from "../src/curves";
import { announcement, divergence, duration, emptyText, progress, statusText, title } from "../src/words";

const STATUS: Status = {
  state: "running", epochs: 10, epoch: 2, steps: 45, step: 12, elapsed: 41, remaining: 90, speed: 1234.5, diverged: null, fetching: null,
};

const BATCHES: Series = { loss: [[0.1], [2]] };

function run(status: Partial<Status>) {
  return { ...newRun("a", "LeNet", "t"), batches: BATCHES, status: { ...STATUS, ...status } };
}

test("durations", () => {
  expect([7.4, 185, 3723].map(duration)).toEqual(["0:07", "3:05", "1:02:03"]);
});

test("the status line counts epochs from 1", () => {
  expect(statusText(run({}))).toBe(
    "Training · epoch 3 of 10 · batch 12 of 45 · 0:41 so far · about 1:30 left · 1,235 examples a second",
  );
  expect(statusText(run({ state: "finished", epoch: 9, step: 45, remaining: 0, speed: null }))).toBe(
    "Finished · 10 of 10 epochs · took 0:41",
  );
  expect(statusText(run({ state: "waiting", epochs: 0, elapsed: null, speed: null }))).toBe("Waiting for a free place");
  expect(statusText(newRun("a", "", "t"))).toBe("Reading the curves …");
  const words = "Fetching learned weights, vgg16.h5: 34 of 528 MB";
  expect(statusText(run({ state: "waiting", steps: 0, fetching: words }))).toBe(words);
  expect(statusText(run({ state: "crashed", steps: 0, fetching: words }))).toContain("Crashed");
  expect(statusText({ ...run({}), gone: true })).toBe("This run has been deleted");
});

test("until the first batch is done it is told why nothing moves", () => {
  const first = { ...run({ epoch: 0, step: 0, elapsed: 0, speed: null, remaining: null }), batches: {} };
  expect(statusText(first)).toContain("Preparing the first batch");
  expect(emptyText([first])).toContain("begins with the first batch");
  expect(emptyText([{ ...first, over: true }])).toBe("No batch was trained.");
  expect(emptyText([newRun("a", "", "t")])).toBe("");
  expect(statusText({ ...first, status: { ...first.status, state: "paused" } })).toContain("Paused");
});

test("what a screen reader hears changes with the epoch, not with the batch", () => {
  expect(announcement(run({ step: 12 }))).toBe(announcement(run({ step: 13 })));
  expect(announcement(run({ epoch: 2 }))).not.toBe(announcement(run({ epoch: 3 })));
});

test("progress is a share of the whole training", () => {
  expect(progress({ ...STATUS, epochs: 4, epoch: 1, step: 10, steps: 20 })).toBe(0.375);
  expect(progress({ ...STATUS, epochs: 0 })).toBe(0);
  expect(progress({ ...STATUS, epochs: 2, epoch: 1, step: 9, steps: 9 })).toBe(1);
});

test("a divergence is explained with its epoch", () => {
  expect(divergence(run({}))).toBe("");
  expect(divergence(run({ diverged: 0 }))).toContain("LeNet: in epoch 1 a value became NaN");
});

test("metrics have names that a beginner reads", () => {
  expect(title("sparse_categorical_accuracy")).toBe("Accuracy (share of right answers)");
  expect(title("mean_absolute_error")).toBe("Mean absolute error");
});
