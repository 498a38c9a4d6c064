/**
 * Layers in rows, each below all that leads to it: the layout of builder/edits/arranging.py, which says whose it is, step by step, so
 * that what arrived laid out stays where it is. Both are held together by tests/rows.json.
 */
import { STEP, WIDTH } from "./room";
import type { Point } from "./route";

export type Arrow = readonly [from: string, to: string];

type Rows = string[][];
type Links = Map<string, string[]>;

const LANE = 28; // pixels for a connection that passes through a row
const SWEEPS = 12; // there and back, after which the order of a row has settled

/** What stands in the rows: names, and a bend of a connection in each row that it only passes through. */
interface Picture {
  rows: Rows;
  above: Links;
  below: Links;
  bends: ReadonlySet<string>;
}

/** A place for each name; of two that could change places the first stands on the left. An arrow that leads back counts for nothing. */
export function inRows(names: readonly string[], arrows: readonly Arrow[]): Map<string, Point> {
  if (names.length === 0) return new Map();
  const { before, after, order } = forwards(names, arrows);
  const row = ranks(names, order, before, after);
  const picture = withBends(names, after, row);
  const rows = untangled(picture);
  const x = balanced(rows, picture.bends, ...trunk(order, after, picture));
  const wide = names.map((name) => x.get(name) ?? 0);
  const middle = (least(wide) + most(wide)) / 2;
  return new Map(names.map((name) => [name, { x: rounded((x.get(name) ?? 0) - middle), y: (row.get(name) ?? 0) * STEP }]));
}

/** Each arrow once, without those that lead back to where a walk came from; and the names, each after all that lead to it. */
function forwards(names: readonly string[], arrows: readonly Arrow[]): { before: Links; after: Links; order: string[] } {
  const all: Links = new Map(names.map((name) => [name, []]));
  for (const [from, to] of arrows) if (from !== to && all.has(to) && !all.get(from)?.includes(to)) all.get(from)?.push(to);
  const after: Links = new Map(names.map((name) => [name, []]));
  const before: Links = new Map(names.map((name) => [name, []]));
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const fed = new Set([...all.values()].flat());
  for (const start of [...names].sort((a, b) => Number(fed.has(a)) - Number(fed.has(b)))) {
    if (state.has(start)) continue;
    state.set(start, "open");
    const way = [{ name: start, next: 0 }];
    for (let last = way.at(-1); last; last = way.at(-1)) {
      const target = all.get(last.name)?.[last.next];
      last.next += 1;
      if (target === undefined) {
        state.set(last.name, "done");
        order.push(last.name);
        way.pop();
      } else if (state.get(target) !== "open") {
        push(after, last.name, target);
        if (state.get(target) === "done") continue;
        state.set(target, "open");
        way.push({ name: target, next: 0 });
      }
    }
  }
  for (const name of names) for (const target of at(after, name)) push(before, target, name);
  return { before, after, order: order.reverse() };
}

/** The row of each: just below the lowest that leads to it; what nothing leads to stands just above what it leads to. */
function ranks(names: readonly string[], order: readonly string[], before: Links, after: Links): Map<string, number> {
  const row = new Map<string, number>();
  const of = (name: string) => row.get(name) ?? 0;
  for (const name of order) row.set(name, 1 + most(at(before, name).map(of), -1));
  for (const name of names) if (!at(before, name).length && at(after, name).length) row.set(name, least(at(after, name).map(of)) - 1);
  return row;
}

function withBends(names: readonly string[], after: Links, row: ReadonlyMap<string, number>): Picture {
  const of = (name: string) => row.get(name) ?? 0;
  const rows: Rows = Array.from({ length: most(names.map(of)) + 1 }, () => []);
  const [above, below]: [Links, Links] = [new Map(), new Map()];
  const bends = new Set<string>();
  const stand = (name: string, number: number) => {
    rows[number]?.push(name);
    above.set(name, []);
    below.set(name, []);
  };
  for (const name of names) stand(name, of(name));
  for (const source of names) {
    for (const target of at(after, source)) {
      let upper = source;
      for (let number = of(source) + 1; number < of(target); number += 1) {
        const bend = `${source} ${target} ${number}`;
        bends.add(bend);
        stand(bend, number);
        push(below, upper, bend);
        push(above, bend, upper);
        upper = bend;
      }
      push(below, upper, target);
      push(above, target, upper);
    }
  }
  return { rows, above, below, bends };
}

/** The rows in an order in which few connections cross: each is brought to the middle of what it is connected with. */
function untangled({ rows, above, below }: Picture): Rows {
  let [best, fewest] = [rows, crossings(rows, below)];
  for (let sweep = 0; sweep < SWEEPS && fewest; sweep += 1) {
    rows = sweep % 2 === 0 ? swept(rows, above) : swept([...rows].reverse(), below).reverse();
    const now = crossings(rows, below);
    if (now < fewest) [best, fewest] = [rows, now];
  }
  return best;
}

function swept([first = [], ...rest]: Rows, before: Links): Rows {
  const done = [first];
  for (const row of rest) {
    const place = places(done.at(-1) ?? []);
    const wanted = new Map(row.map((name, index) => [name, mean(at(before, name).map((other) => at(place, other)), index)]));
    done.push([...row].sort((a, b) => at(wanted, a) - at(wanted, b)));
  }
  return done;
}

/** How many pairs of connections cross. */
function crossings(rows: Rows, below: Links): number {
  let count = 0;
  rows.slice(1).forEach((lower, index) => {
    const place = places(lower);
    const passed: number[] = [];
    for (const name of rows[index] ?? []) {
      const ends = at(below, name).map((other) => at(place, other)).sort((a, b) => a - b);
      for (const end of ends) count += passed.length - firstAbove(passed, end);
      for (const end of ends) passed.splice(firstAbove(passed, end), 0, end);
    }
  });
  return count;
}

/** The middle of four pictures, each drawn from another corner: what is connected stands below each other where it can. */
function balanced(rows: Rows, bends: ReadonlySet<string>, above: Links, below: Links): Map<string, number> {
  const corners = [[true, true], [true, false], [false, true], [false, false]] as const;
  const pictures = corners.map(([down, left]) => {
    const ordered = down ? rows : [...rows].reverse();
    const seen = left ? ordered : ordered.map((row) => [...row].reverse());
    const x = compact(seen, aligned(seen, down ? above : below), bends);
    return left ? x : new Map([...x].map(([name, value]) => [name, -value]));
  });
  const width = (x: ReadonlyMap<string, number>) => most([...x.values()]) - least([...x.values()]);
  const narrowest = pictures.reduce((one, other) => (width(other) < width(one) ? other : one));
  const shifts = pictures.map((x, number) => {
    const side = number % 2 === 0 ? least : most;
    return side([...narrowest.values()]) - side([...x.values()]);
  });
  return new Map(
    [...narrowest.keys()].map((name) => {
      const [, low = 0, high = 0] = pictures.map((x, number) => at(x, name) + (shifts[number] ?? 0)).sort((a, b) => a - b);
      return [name, (low + high) / 2];
    }),
  );
}

/** The links that are to be straight: where ways part, the longest one; connections that pass give way to layers. */
function trunk(order: readonly string[], after: Links, { above, below, bends }: Picture): [Links, Links] {
  const left = new Map<string, number>();
  for (const name of [...order].reverse()) left.set(name, 1 + most(at(after, name).map((other) => left.get(other) ?? 0), -1));
  const rank = (name: string) => left.get(name) ?? -1;
  const followed = new Map([...below].map(([name, links]) => [name, links.filter((link) => rank(link) === most(links.map(rank), -1))]));
  const up = new Map(
    [...above].map(([name, links]) => {
      const layers = links.filter((link) => !bends.has(link));
      return [name, (layers.length ? layers : links).filter((other) => at(followed, other).includes(name))];
    }),
  );
  const down = new Map([...followed].map(([name, links]) => [name, links.filter((other) => at(up, other).includes(name))]));
  return [up, down];
}

/** For each the first of the column that it stands in: that of the one in the middle of those that lead to it. */
function aligned(rows: Rows, before: Links): Map<string, string> {
  const column = new Map(rows.flat().map((name) => [name, name]));
  rows.slice(1).forEach((lower, index) => {
    const upper = rows[index] ?? [];
    const place = places(upper);
    let last = -1;
    for (const name of lower) {
      const linked = at(before, name).map((other) => at(place, other)).sort((a, b) => a - b);
      const middle = [(linked.length - 1) >> 1, linked.length >> 1].map((one) => linked[one] ?? -1);
      const free = middle.find((number) => number > last);
      if (free === undefined) continue;
      column.set(name, at(column, upper[free] ?? name));
      last = free;
    }
  });
  return column;
}

/** Each column as far on the left as those beside it allow, then as far to the right as costs no width. */
function compact(rows: Rows, column: ReadonlyMap<string, string>, bends: ReadonlySet<string>): Map<string, number> {
  const room = (name: string) => (bends.has(name) ? LANE : WIDTH) / 2;
  const tops = [...new Set(column.values())];
  const right = new Map(tops.map((top) => [top, new Map<string, number>()]));
  const left = new Map(tops.map((top) => [top, new Map<string, number>()]));
  for (const row of rows) {
    row.slice(1).forEach((other, index) => {
      const one = row[index] ?? other;
      const [from, to] = [at(column, one), at(column, other)];
      const apart = Math.max(at(right, from).get(to) ?? 0, room(one) + room(other));
      at(right, from).set(to, apart);
      at(left, to).set(from, apart);
    });
  }
  const x = new Map<string, number>();
  const order = sorted(tops, left, right);
  for (const one of order) x.set(one, most([...at(left, one)].map(([other, apart]) => at(x, other) + apart), 0));
  for (const one of order.reverse()) {
    const furthest = least([...at(right, one)].map(([other, apart]) => at(x, other) - apart), at(x, one));
    x.set(one, Math.max(at(x, one), furthest));
  }
  return new Map([...column].map(([name, top]) => [name, at(x, top)]));
}

/** Each after all that stand on its left. */
function sorted(tops: readonly string[], left: ReadonlyMap<string, ReadonlyMap<string, number>>, right: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  const waits = new Map(tops.map((top) => [top, at(left, top).size]));
  const order = tops.filter((top) => waits.get(top) === 0);
  for (const one of order) {
    for (const other of at(right, one).keys()) {
      waits.set(other, at(waits, other) - 1);
      if (waits.get(other) === 0) order.push(other);
    }
  }
  return order;
}

function at<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`${name} stands nowhere.`);
  return value;
}

function push(links: Links, name: string, other: string): void {
  at(links, name).push(other);
}

function places(row: readonly string[]): Map<string, number> {
  return new Map(row.map((name, index) => [name, index]));
}

function firstAbove(ordered: readonly number[], value: number): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordered[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function mean(values: readonly number[], otherwise: number): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : otherwise;
}

function most(values: readonly number[], otherwise = 0): number {
  return values.length ? values.reduce((one, other) => Math.max(one, other)) : otherwise;
}

function least(values: readonly number[], otherwise = 0): number {
  return values.length ? values.reduce((one, other) => Math.min(one, other)) : otherwise;
}

/** As Python rounds: a half to the even number. */
function rounded(value: number): number {
  const up = Math.round(value);
  return (up - value === 0.5 && up % 2 !== 0 ? up - 1 : up) + 0;
}
