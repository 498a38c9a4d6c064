/** What Python has told, version by version: each message builds on one of them, and says only what is different. */
import { type Doc, EMPTY, merge } from "./document";
import type { BlockDocument, Incoming } from "./wire";

const KEPT = 50;

interface Version {
  doc: Doc;
  library: readonly BlockDocument[];
  insides: ReadonlyMap<string, Doc>;
}

const NOTHING: Version = { doc: EMPTY, library: [], insides: new Map() };

export class Versions {
  /** The number of the newest; 0 before anything has come. */
  number = 0;
  private readonly kept = new Map<number, Version>([[0, NOTHING]]);

  get newest(): Version {
    return this.kept.get(this.number) ?? NOTHING;
  }

  /** False where it builds on a version that is not here; one that is not newer than the newest changes nothing. */
  take(message: Pick<Incoming, "base" | "version" | "nodes" | "gone" | "library" | "insides">): boolean {
    if (this.number > 0 && message.version <= this.number) return true;
    const base = this.kept.get(message.base);
    if (!base) return false;
    const { library = base.library, insides } = message;
    this.number = message.version;
    this.kept.set(message.version, { doc: merge(base.doc, message), library, insides: insides ? asDocs(insides) : base.insides });
    for (const old of [...this.kept.keys()].slice(1, -KEPT)) this.kept.delete(old);
    return true;
  }
}

function asDocs(insides: NonNullable<Incoming["insides"]>): ReadonlyMap<string, Doc> {
  return new Map(Object.entries(insides).map(([path, nodes]) => [path, merge(EMPTY, { nodes, gone: [] })]));
}
