import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "../src/pace";

const TAKES = 40; // ms
let drawn: number[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  drawn = [];
});
afterEach(() => vi.useRealTimers());

function slow(): Pace {
  return new Pace(
    () => {
      drawn.push(performance.now());
      vi.advanceTimersByTime(TAKES);
    },
    (then) => setTimeout(then, 16),
  );
}

test("what is asked for many times before a frame is drawn once", () => {
  const pace = slow();
  const began = performance.now();
  for (let n = 0; n < 50; n += 1) pace.ask();
  vi.advanceTimersByTime(16);
  expect(drawn).toEqual([began + 16]);
  vi.advanceTimersByTime(1000);
  expect(drawn.length).toBe(1);
});

test("a slow drawing leaves most of the time to others, and the last message is drawn", () => {
  const pace = slow();
  for (let n = 0; n < 200; n += 1) {
    pace.ask();
    vi.advanceTimersByTime(10);
  }
  const during = drawn.length;
  vi.advanceTimersByTime(1000);
  expect(drawn.length).toBe(during + 1);
  const gaps = drawn.slice(1).map((at, index) => at - drawn[index]!);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4 * TAKES);
});

test("after the end nothing is drawn", () => {
  const pace = slow();
  pace.ask();
  pace.close();
  vi.advanceTimersByTime(1000);
  expect(drawn).toEqual([]);
});
