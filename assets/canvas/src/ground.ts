/** Where something lies, to be edited there: in the network or block that is open, or inside a block that is shown in its place. */
import { type Doc, EMPTY } from "./document";
import { around } from "./expansion";
import type { Session } from "./session";
import type { Edit } from "./wire";

export interface Ground {
  doc: Doc;
  /** What is selected, as the document calls it. */
  keys: readonly string[];
  /** What stands before a name of the document where it is seen: `unit/`, or nothing. */
  before: string;
  /** The block whose inside it is; undefined at the top of the network. */
  block: string | undefined;
}

/** The ground of what is selected, or of other layers that lie in one place. */
export function groundOf(session: Session, seen: readonly string[] = session.chosen): Ground {
  const frame = around(seen[0] ?? "");
  if (frame === "") return { doc: session.shown, keys: seen, before: "", block: session.inside };
  return {
    doc: session.within(session.path(frame)) ?? EMPTY,
    keys: seen.map((key) => key.slice(frame.length + 1)),
    before: `${frame}/`,
    block: String(session.node(frame)?.layer.block),
  };
}

/** The edits, done there. */
export function there({ before, block }: Ground, edits: readonly Edit[]): Edit[] {
  return before === "" ? [...edits] : edits.map((edit) => ({ ...edit, inside: block }));
}
