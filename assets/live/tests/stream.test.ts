import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Message, newRun, type Run } from "../src/curves";
import { address, type Source, Stream } from "../src/stream";

class FakeSource implements Source {
  static made: FakeSource[] = [];
  closed = false;
  private listeners: Record<string, (event: { data?: string }) => void> = {};
  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners[type] = listener;
  }
  close(): void {
    this.closed = true;
  }
  fire(type: string, data?: string): void {
    this.listeners[type]!({ data });
  }
}

function follow(runs: Run[]) {
  const connected: boolean[] = [];
  const take = (message: Message) => {
    const run = runs.find(({ id }) => id === message.run)!;
    run.offset = message.end;
    run.over = message.over;
  };
  const stream = new Stream("/live", runs, take, (state) => connected.push(state), (url) => new FakeSource(url));
  return { stream, connected };
}

const told = (run: string, end: number, over = false) => JSON.stringify({ run, start: 0, end, over });

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
});
afterEach(() => void vi.useRealTimers());

test("several runs share one connection", () => {
  expect(address("/live", [newRun("a", "", "t1"), newRun("b", "", "t2")])).toBe("/live/a,b?tokens=t1%2Ct2&offsets=0%2C0");
});

test("after a lost connection it goes on from its offset", () => {
  const { connected } = follow([newRun("a", "", "t")]);
  FakeSource.made[0]!.fire("message", told("a", 77));
  FakeSource.made[0]!.fire("error");
  expect(FakeSource.made[0]!.closed).toBe(true);
  vi.advanceTimersByTime(500);
  expect(FakeSource.made[1]!.url).toContain("offsets=77");
  FakeSource.made[1]!.fire("message", told("a", 90));
  expect(connected).toEqual([true, false, true]);
});

test("it waits longer after each failure", () => {
  follow([newRun("a", "", "t")]);
  FakeSource.made[0]!.fire("error");
  vi.advanceTimersByTime(500);
  FakeSource.made[1]!.fire("error");
  vi.advanceTimersByTime(999);
  expect(FakeSource.made).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(FakeSource.made).toHaveLength(3);
});

test("it closes when all runs have ended or are gone", () => {
  follow([newRun("a", "", "t"), newRun("b", "", "t")]);
  const source = FakeSource.made[0]!;
  source.fire("message", told("a", 5, true));
  expect(source.closed).toBe(false);
  source.fire("gone", "b");
  expect(source.closed).toBe(true);
});

test("only what has not ended is asked for again, and nothing after close", () => {
  const { stream } = follow([newRun("a", "", "t"), newRun("b", "", "t")]);
  FakeSource.made[0]!.fire("message", told("a", 5, true));
  FakeSource.made[0]!.fire("error");
  vi.advanceTimersByTime(500);
  expect(FakeSource.made[1]!.url).toContain("/live/b?");
  FakeSource.made[1]!.fire("error");
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(2);
});
