/** What the server tells about a run, and how the browser keeps it. No DOM and no plotly here. */

/** Points of one curve: x in epochs; a y that is no number (NaN, infinity) comes as null. */
export type Points = [x: number[], y: (number | null)[]];
export type Series = Record<string, Points>;

export interface Status {
  state: "waiting" | "running" | "paused" | "suspended" | "finished" | "stopped" | "failed" | "crashed";
  epochs: number;
  epoch: number;
  steps: number;
  step: number;
  elapsed: number | null;
  remaining: number | null;
  speed: number | null;
  diverged: number | null;
  /** What is being downloaded before the training begins, in words. */
  fetching: string | null;
}

/** Points from byte `start` to byte `end` of the run's log; `start` 0 means: forget what you had. */
export interface Message {
  run: string;
  start: number;
  end: number;
  status: Status;
  batches: Series;
  epochs: Series;
  over: boolean;
}

/** From where a run goes on: after an epoch of another. */
export interface Origin {
  run: string;
  epoch: number;
}

export interface Run {
  id: string;
  name: string;
  token: string;
  continues: Origin | null;
  offset: number;
  status: Status | null;
  over: boolean;
  gone: boolean;
  batches: Series;
  epochs: Series;
}

/** More batch points than this are thinned, so that a long run stays quick to draw. */
export const MOST_POINTS = 6000;

export function newRun(id: string, name: string, token: string, continues: Origin | null = null): Run {
  return { id, name, token, continues, offset: 0, status: null, over: false, gone: false, batches: {}, epochs: {} };
}

/** Takes a message in. Returns whether the curves have to be drawn anew; otherwise the message's points extend them. */
export function absorb(run: Run, message: Message): boolean {
  const anew = message.start === 0;
  if (anew) {
    run.batches = {};
    run.epochs = {};
  }
  let redraw = anew;
  for (const [kept, come] of [
    [run.batches, message.batches],
    [run.epochs, message.epochs],
  ] as const) {
    for (const [name, points] of Object.entries(come)) {
      redraw = append(kept, name, points) || redraw;
    }
  }
  for (const [name, points] of Object.entries(run.batches)) {
    if (points[0].length > MOST_POINTS) {
      run.batches[name] = thin(points);
      redraw = true;
    }
  }
  run.offset = message.end;
  run.status = message.status;
  run.over = message.over;
  return redraw;
}

function append(kept: Series, name: string, [x, y]: Points): boolean {
  const points = kept[name];
  if (!points) {
    kept[name] = [[...x], [...y]];
    return true;
  }
  for (const value of x) points[0].push(value);
  for (const value of y) points[1].push(value);
  return y.includes(null); // a new gap needs a new marker
}

/** About so many points, evenly over the epochs, so that no part of a curve is lost; the beginning of each gap and the last point stay. */
export function thin([x, y]: Points, count = MOST_POINTS / 2): Points {
  // Powers of two: what stood in a cell of its own stands in one of the next time, too.
  const cell = 2 ** Math.ceil(Math.log2((x[x.length - 1]! - x[0]!) / count));
  const cells = x.map((value) => Math.floor(value / cell));
  const keep = x.map((_, index) => {
    const opens = y[index] === null && y[index - 1] !== null;
    return cells[index] !== cells[index - 1] || opens || index === x.length - 1;
  });
  return [x.filter((_, index) => keep[index]), y.filter((_, index) => keep[index])];
}

/** Where a curve leaves the numbers: the first point of each gap, at the height of the last number before it. */
export function gaps([x, y]: Points): { x: number[]; y: number[] } {
  const found = { x: [] as number[], y: [] as number[] };
  const first = y.find((value) => value !== null) ?? 0;
  let height = first;
  let inGap = false;
  y.forEach((value, index) => {
    if (value !== null) {
      height = value;
      inGap = false;
    } else if (!inGap) {
      found.x.push(x[index]!);
      found.y.push(height);
      inGap = true;
    }
  });
  return found;
}

/** Whether there is a first point of any curve. */
export function begun(run: Run): boolean {
  return [run.batches, run.epochs].some((series) => Object.values(series).some(([x]) => x.length > 0));
}

/** The quantities to draw a chart of, the loss first: `val_accuracy` belongs to `accuracy`. */
export function quantities(runs: Run[]): string[] {
  const names = new Set<string>();
  for (const run of runs) {
    for (const name of [...Object.keys(run.batches), ...Object.keys(run.epochs)]) names.add(name.replace(/^val_/, ""));
  }
  names.delete("loss");
  return ["loss", ...names];
}
