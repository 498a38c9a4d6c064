/** Who else is on this canvas just now, as the pulse tells it; and where this person points, for the others. */
import type { Point } from "./route";

/** Somebody else; `at` and `keys` count in the document, and are empty while they are in another block. */
export interface Other {
  id: number;
  name: string;
  colour: number;
  at: readonly [number, number] | null;
  keys: readonly string[];
}

// Of the same strength on light and on dark ground; the name beside it tells them apart for those who cannot.
const COLOURS = ["#C2410C", "#0F766E", "#7C3AED", "#BE185D", "#1D4ED8", "#4D7C0F", "#A16207", "#475569"];

export function colourOf({ colour }: Other): string {
  return COLOURS[colour % COLOURS.length] ?? "#475569";
}

export class Company {
  others: readonly Other[] = [];
  /** Where this person points, in the document; null while they point elsewhere. */
  point: Point | null = null;
  private readonly listeners = new Set<() => void>();

  hear(others: readonly Other[]): void {
    if (JSON.stringify(others) === JSON.stringify(this.others)) return;
    this.others = others;
    for (const listener of this.listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
