/** Search: layers by name, type and parameters; entries of a list by their words. */
import type { Doc } from "./document";
import type { NodeView } from "./wire";

/** The layers in which every word stands somewhere, those whose name begins with it first. */
export function found(doc: Doc, wanted: string): NodeView[] {
  const words = wordsOf(wanted);
  if (words.length === 0) return [];
  const first = words[0] ?? "";
  const hits = [...doc.values()].filter((node) => hasAll(textOf(node), words));
  return [...hits.filter(({ id }) => id.startsWith(first)), ...hits.filter(({ id }) => !id.startsWith(first))];
}

/** Every word of the search stands somewhere in the text. */
export function matches(text: string, wanted: string): boolean {
  return hasAll(text.toLowerCase(), wordsOf(wanted));
}

function textOf({ id, layer, summary, shape }: NodeView): string {
  const { type, ...parameters } = layer;
  const said = Object.entries(parameters).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${id} ${type} ${summary} ${shape} ${said.join(" ")}`.toLowerCase();
}

function wordsOf(wanted: string): string[] {
  return wanted.toLowerCase().split(/\s+/).filter(Boolean);
}

function hasAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}
