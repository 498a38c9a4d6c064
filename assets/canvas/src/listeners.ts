/** Who wants to hear of changes: of any, or of one node only. */
export type Listener = () => void;

export class Listeners {
  private readonly all = new Set<Listener>();
  private readonly ofNodes = new Map<string, Set<Listener>>();

  add(listener: Listener): Listener {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  /** Hear of one node only: a badge that changes paints one node, not five hundred. */
  addFor(key: string, listener: Listener): Listener {
    const listeners = this.ofNodes.get(key) ?? new Set();
    this.ofNodes.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.ofNodes.delete(key);
    };
  }

  tell(): void {
    for (const listener of this.all) listener();
  }

  tellOf(changed: (key: string) => boolean): void {
    for (const [key, listeners] of this.ofNodes) if (changed(key)) for (const listener of listeners) listener();
  }
}
