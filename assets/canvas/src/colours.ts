/** The colours of the nodes by one measure: on a scale that is read without seeing red or green, and in print. */
import { isBlockInput } from "./expansion";
import { MEASURES, type Measure, reason } from "./measures";
import { type LayerStatistics, type RunStatistics, statisticsOf } from "./statistics";
import type { Session } from "./session";

/** Nuñez, Anderton and Renslow, Optimizing colormaps with consideration for color vision deficiency, 2018 (cividis). */
const SCALE = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];
const DARK = 0.47; // above this share of the scale, black is read more easily than white

export interface Painted {
  /** Of the node, and of what is written on it; empty where the node has no value. */
  colour: string;
  ink: string;
  text: string;
  /** Why there is no value. */
  why: string;
}

/** Where the scale begins and ends, as numbers and as words. */
export interface Range {
  low: string;
  high: string;
  /** How many nodes have a value, and how many have none. */
  known: number;
  unknown: number;
}

/** Which measure the canvas shows, and the colour of each node by it; listeners hear when one of them changes. */
export class Colours {
  measure: Measure | null = null;
  range: Range | null = null;
  statistics: RunStatistics | null = null;
  /** Whether the statistics have been asked for and came (or are known not to be there). */
  asked = false;
  private painted = new Map<string, Painted>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly session: Session) {
    session.subscribe(() => this.measure && this.paint());
  }

  choose(key: string): void {
    this.measure = MEASURES.find((measure) => measure.key === key) ?? null;
    this.paint();
  }

  hear(statistics: RunStatistics | null): void {
    this.statistics = statistics;
    this.asked = true;
    this.paint();
  }

  of(key: string): Painted | undefined {
    return this.painted.get(key);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private paint(): void {
    const { measure, statistics } = this;
    const { session } = this;
    const before = this.painted;
    this.painted = new Map();
    this.range = null;
    if (measure) {
      const alive = statistics && measure.live ? this.alive(statistics) : new Map<string, LayerStatistics>();
      // A block that is shown from inside is read there.
      const read = [...session.seen.doc.values()].filter((node) => !session.seen.frames.has(node.key) && !(node.key.includes("/") && isBlockInput(node)));
      const values = read.map((node) => ({ node, value: measure.value(node, alive.get(node.key)) }));
      const known = values.flatMap(({ value }) => (value !== null && Number.isFinite(value) ? value : []));
      const place = scale(known, measure.log);
      for (const { node, value } of values) {
        const fresh = value === null || !Number.isFinite(value)
          ? { colour: "", ink: "", text: value === null ? "" : "not a number", why: reason(measure, node, statistics) }
          : { ...shade(place(value)), text: measure.text(value, node), why: "" };
        this.painted.set(node.key, same(before.get(node.key), fresh));
      }
      const text = (value: number) => measure.text(value);
      if (known.length) this.range = { low: text(least(known)), high: text(most(known)), known: known.length, unknown: values.length - known.length };
    }
    for (const listener of this.listeners) listener();
  }

  /** The statistics of all nodes that are seen, by key. */
  private alive(statistics: RunStatistics): Map<string, LayerStatistics> {
    const { session } = this;
    const path = (session.status?.path ?? []).map(({ node }) => node);
    const found = statisticsOf(statistics, path, session.shown);
    for (const frame of session.seen.frames.keys()) {
      const inside = session.insides.get(session.path(frame));
      if (!inside) continue;
      for (const [key, layer] of statisticsOf(statistics, [...path, ...frame.split("/")], inside)) found.set(`${frame}/${key}`, layer);
    }
    return found;
  }
}

/** The place of a value between the smallest and the largest, from 0 to 1; on a logarithmic scale 0 stands at the beginning. */
export function scale(values: readonly number[], log: boolean): (value: number) => number {
  const seen = log ? values.filter((value) => value > 0) : values;
  const at = log ? Math.log : (value: number) => value;
  const [low, high] = [at(least(seen)), at(most(seen))];
  return (value) => {
    if (log && value <= 0) return 0;
    return high > low ? (at(value) - low) / (high - low) : 1;
  };
}

export function shade(place: number): { colour: string; ink: string } {
  const at = Math.min(1, Math.max(0, place)) * (SCALE.length - 1);
  const [below, above] = [channels(SCALE[Math.floor(at)]), channels(SCALE[Math.ceil(at)])];
  const mixed = below.map((value, i) => Math.round(value + (at % 1) * ((above[i] ?? value) - value)));
  return { colour: `rgb(${mixed.join(" ")})`, ink: place > DARK ? "#000" : "#fff" };
}

/** The scale as CSS draws it. */
export const GRADIENT = `linear-gradient(to right, ${SCALE.join(", ")})`;

function channels(colour = "#000000"): number[] {
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));
}

// A spread argument has a limit of its own in browsers; a network may have thousands of layers.
function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
}

function same(before: Painted | undefined, fresh: Painted): Painted {
  const equal = before && before.colour === fresh.colour && before.text === fresh.text && before.why === fresh.why;
  return equal ? before : fresh;
}
