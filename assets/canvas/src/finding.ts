/** Search: layers by name, type and parameters; entries of a list by their words. */
import type { Doc } from "./document";
import { isBlockInput } from "./expansion";
import type { BlockDocument, CopiedNode, NodeView } from "./wire";

const MOST = 500; // finds inside of blocks that are closed

/** A find: what it is called where it is seen, and the instances around it that have to be opened first. */
export interface Hit {
  key: string;
  closed: readonly string[];
}

/** The layers in which every word stands somewhere: those that are seen, then those inside of blocks. */
export function foundAnywhere(seen: Doc, library: readonly BlockDocument[], wanted: string): Hit[] {
  const words = wordsOf(wanted);
  const blocks = new Map(library.map((block) => [block.name, block]));
  const hits = found(seen, wanted).flatMap((node): Hit[] => (node.key.includes("/") && isBlockInput(node) ? [] : [{ key: node.key, closed: [] }]));
  const most = hits.length + MOST;
  const look = (instance: CopiedNode, key: string, around: readonly string[]) => {
    const closed = [...around, key];
    for (const node of blocks.get(String(instance.layer.block))?.nodes ?? []) {
      const own = `${key}/${node.id}`;
      if (hits.length >= most) return;
      if (!seen.has(own) && node.layer.type !== "BlockInput" && hasAll(textOf(node), words)) hits.push({ key: own, closed });
      if (node.layer.type === "Block") look(node, own, closed);
    }
  };
  if (words.length) for (const node of seen.values()) if (node.layer.type === "Block" && !node.key.includes("/")) look(node, node.key, []);
  return hits;
}

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

function textOf({ id, layer, summary = "", shape = "" }: CopiedNode & Partial<NodeView>): string {
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
