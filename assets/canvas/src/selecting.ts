/** What else could be selected, seen from what is: connected layers, and layers of the same type. */
import { reached } from "./connections";
import type { Doc } from "./document";

export function upstream(doc: Doc, keys: readonly string[]): string[] {
  return inOrder(doc, reached(doc, keys, "up"));
}

export function downstream(doc: Doc, keys: readonly string[]): string[] {
  return inOrder(doc, reached(doc, keys, "down"));
}

/** Everything that hangs together with these. */
export function whole(doc: Doc, keys: readonly string[]): string[] {
  let found: readonly string[] = keys;
  for (;;) {
    const further = upstream(doc, downstream(doc, found));
    if (further.length === found.length) return further;
    found = further;
  }
}

/** All layers of the types of these. */
export function sameType(doc: Doc, keys: readonly string[]): string[] {
  const types = new Set(keys.map((key) => doc.get(key)?.layer.type));
  return [...doc.values()].filter(({ layer }) => types.has(layer.type)).map(({ key }) => key);
}

function inOrder(doc: Doc, keys: ReadonlySet<string>): string[] {
  return [...doc.keys()].filter((key) => keys.has(key));
}
