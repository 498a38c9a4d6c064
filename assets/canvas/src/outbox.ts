/** Edits on their way to Python: numbered, resent until acknowledged, applied once. Triggers alone are lossy while Python is busy. */
import type { Edit, Entered } from "./wire";

const RESEND = 1500; // milliseconds
const MOST_AT_ONCE = 200;

/** What survives a reload of the tab, such as `sessionStorage`. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Outbox {
  /** Another page load is another client: numbers begin anew. What an earlier one left keeps its own name and number. */
  readonly client = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  private entries: Entered[];
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly project: string,
    private readonly shelf: Shelf,
    private readonly send: () => void,
  ) {
    this.entries = restored(shelf.getItem(this.key));
    if (this.entries.length) this.resendLater();
  }

  get pending(): readonly Entered[] {
    return this.entries;
  }

  get batch(): Entered[] {
    return this.entries.slice(0, MOST_AT_ONCE);
  }

  add(epoch: string, edits: Edit[], more: Partial<Pick<Entered, "history" | "code" | "inside">> = {}): void {
    this.last += 1;
    this.entries = [...this.entries, { client: this.client, number: this.last, epoch, edits, history: null, ...more }];
    this.keep();
    this.sendNow();
  }

  /** Drop what Python has dealt with; true if anything was. */
  acknowledge(acknowledged: Record<string, number>): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter(({ client, number }) => number > (acknowledged[client] ?? 0));
    if (this.entries.length === before) return false;
    this.keep();
    return true;
  }

  sendNow(): void {
    this.send();
    this.resendLater();
  }

  private resendLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.entries.length && this.sendNow(), RESEND);
  }

  private get key(): string {
    return `layerloom.outbox.${this.project}`;
  }

  private keep(): void {
    try {
      if (this.entries.length) this.shelf.setItem(this.key, JSON.stringify(this.entries));
      else this.shelf.removeItem(this.key);
    } catch {
      // The shelf is full or forbidden: a reload before Python answers would lose these edits, nothing else would.
    }
  }
}

function restored(text: string | null): Entered[] {
  try {
    const entries: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}
