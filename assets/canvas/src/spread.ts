/**
 * How the picture makes room for blocks that are shown from inside. What lies behind such a block moves along, what lies beside it
 * moves aside: evenly, so that nothing covers anything that it did not cover before. The document keeps its places; the way
 * there and back is exact.
 */
import type { Direction } from "./direction";
import type { Point } from "./route";
import { SIZE } from "./size";

/** A block at a place, and how much larger than a layer it is seen, in pixels. */
export interface Grown extends Point {
  wider: number;
  higher: number;
}

export interface Spread {
  out(place: Point): Point;
  back(place: Point): Point;
}

const TOGETHER = 40; // pixels: blocks that stand no further apart share their column, or row

/** From `before` places in front of `at` to `behind` it, the picture is longer by `more`. */
interface Stretch {
  at: number;
  before: number;
  behind: number;
  more: number;
}

const AS_IT_IS: Spread = { out: (place) => place, back: (place) => place };

/** Blocks grow behind their beginning, and to both of their sides. */
export function spreadOf(grown: readonly Grown[], direction: Direction): Spread {
  if (grown.length === 0) return AS_IT_IS;
  const down = direction === "down";
  const across = axis(stretches(grown.map((one) => (down ? [one.x, one.wider] : [one.y, one.higher])), down ? SIZE.width : SIZE.height, true));
  const along = axis(stretches(grown.map((one) => (down ? [one.y, one.higher] : [one.x, one.wider])), down ? SIZE.height : SIZE.width, false));
  const [x, y] = down ? [across, along] : [along, across];
  return {
    out: (place) => ({ x: x.out(place.x), y: y.out(place.y) }),
    back: (place) => ({ x: x.back(place.x), y: y.back(place.y) }),
  };
}

/** Of blocks in one column, or row, the largest makes the room. */
function stretches(grown: readonly (readonly [at: number, more: number])[], length: number, bothSides: boolean): Stretch[] {
  const found: Stretch[] = [];
  for (const [at, more] of [...grown].sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && at - last.at <= TOGETHER) last.more = Math.max(last.more, more);
    else found.push({ at, before: bothSides ? length : 0, behind: length, more });
  }
  return found;
}

function axis(stretched: readonly Stretch[]): { out(value: number): number; back(value: number): number } {
  const out = (value: number) =>
    stretched.reduce((sum, { at, before, behind, more }) => {
      const share = Math.min(behind, Math.max(-before, value - at)) / (before + behind);
      return sum + share * more;
    }, value);
  const bends = stretched.flatMap(({ at, before, behind }) => [at - before, at + behind]).sort((one, other) => one - other);
  const seen = bends.map(out);
  const back = (value: number) => {
    const next = seen.findIndex((bend) => value < bend);
    const [from, to] = next < 0 ? [bends.length - 1, bends.length - 1] : [next - 1, next];
    const [a, b, x, y] = [bends[from], bends[to], seen[from], seen[to]];
    if (a === undefined || x === undefined) return value - ((seen[0] ?? 0) - (bends[0] ?? 0));
    if (b === undefined || y === undefined || y === x) return value - (x - a);
    return a + ((value - x) / (y - x)) * (b - a);
  };
  return { out, back };
}
