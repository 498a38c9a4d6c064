/** Everything that can be done on the canvas: keys, toolbar, menus, the command palette and the list of shortcuts read it here. */
import { type Actions, isInstance } from "./actions";
import type { Line } from "./aligning";
import { openHelp } from "./help";
import type { Session } from "./session";
import { downstream, sameType, upstream, whole } from "./selecting";

/** What asks for more: a list to choose from, a search, the shortcuts. */
export type Asked = "add" | "replace" | "code" | "search" | "commands" | "shortcuts" | "menu" | "tools";

/** What a command can reach. */
export interface Reach {
  session: Session;
  actions: Actions;
  /** Put layers in a line, or at even distances, as they are seen. */
  arrange(how: Line | "across" | "down"): void;
  /** Move what is selected by so many pixels, as it is seen. */
  shift(right: number, down: number): void;
  tidy(): void;
  fit(): void;
  /** From left to right, or back from top to bottom. */
  turn(): void;
  /** Nothing but the network, for a projector. */
  present(): void;
  /** Keep a picture of what is seen, or of all. */
  picture(all: boolean, kind: "png" | "svg"): Promise<void>;
  ask(what: Asked): void;
  /** Draw a box with one finger, or the mouse without a key. */
  boxing: boolean;
  setBoxing(boxing: boolean): void;
}

export type Group = "Edit" | "Layers" | "Select" | "Arrange" | "View";

export interface Command {
  name: string;
  label: string;
  group: Group;
  /** Shortcuts; the first is the one that is shown. Those that are `native` come as events of the clipboard. */
  keys: readonly string[];
  native?: boolean;
  /** Why it cannot be done now; null where it can. */
  why(reach: Reach): string | null;
  run(reach: Reach): void;
}

const GRID = 20; // pixels between two dots of the canvas

const always = () => null;
const some = ({ session }: Reach) => (session.chosen.length ? null : "Select a layer first.");
const explained = ({ session }: Reach) => (session.chosen.length === 1 && !isInstance(session.node(session.chosen[0] ?? "")) ? null : "Select one layer first.");
const atLeast = (count: number) => ({ session }: Reach) => (session.chosen.length >= count ? null : `Select at least ${count} layers first.`);
const anything = ({ session }: Reach) => (session.shown.size ? null : "The canvas is empty.");
const instances = ({ session }: Reach) => session.chosen.filter((key) => isInstance(session.node(key)));
const aBlock = (reach: Reach) => (instances(reach).length ? null : "Select a block first; Fold makes one of layers.");
const leavable = ({ session }: Reach) => (session.status?.path.length ? null : "No block is open.");
const leave = ({ actions, session }: Reach) => actions.leave((session.status?.path.length ?? 0) - 1);

const allInstances = ({ session }: Reach) => [...session.seen.doc.values()].flatMap((node) => (isInstance(node) ? node.key : []));
const blocksThere = (reach: Reach) => (allInstances(reach).length ? null : "There are no blocks here; Fold makes one of layers.");

/** Where all are shown from inside already, hide it. */
function unroll({ session }: Reach, keys: readonly string[]): void {
  session.unroll(keys, !keys.every((key) => session.isUnrolled(key)));
}

function command(group: Group, name: string, label: string, keys: string, why: Command["why"], run: Command["run"]): Command {
  return { name, label, group, keys: keys ? keys.split(" ") : [], why, run };
}

function select(name: string, label: string, key: string, of: typeof upstream): Command {
  return command("Select", name, label, key, some, ({ actions }) => actions.select(of));
}

function arrange(name: string, label: string, key: string, how: Parameters<Reach["arrange"]>[0], least: number): Command {
  return command("Arrange", name, label, key, atLeast(least), (reach) => reach.arrange(how));
}

function shift(name: string, label: string, key: string, right: number, down: number): Command {
  return command("Arrange", name, label, key, some, (reach) => reach.shift(right * GRID, down * GRID));
}

function picture(name: string, label: string, all: boolean, kind: "png" | "svg"): Command {
  return command("View", name, label, "", anything, (reach) => void reach.picture(all, kind));
}

/** The clipboard is reached as by its keys: the events that follow are heard in keys.ts. */
function byEvent(name: "copy" | "cut"): Command["run"] {
  return () => {
    // The event goes to where text is selected, and that still is the list in which the command was typed.
    getSelection()?.removeAllRanges();
    document.execCommand(name);
  };
}

async function pasteClipboard({ actions }: Reach): Promise<void> {
  const text = await navigator.clipboard?.readText().catch(() => "");
  if (!text || !actions.paste(text)) actions.paste(actions.lastCopied);
}

export const COMMANDS: readonly Command[] = [
  command("Edit", "undo", "Undo", "Mod+Z", ({ session }) => (session.status?.undo || session.pending ? null : "Nothing has been done yet."), ({ session }) => session.history("undo")),
  command("Edit", "redo", "Redo", "Mod+Shift+Z Mod+Y", ({ session }) => (session.status?.redo ? null : "Nothing has been undone."), ({ session }) => session.history("redo")),
  { ...command("Edit", "cut", "Cut", "Mod+X", some, byEvent("cut")), native: true },
  { ...command("Edit", "copy", "Copy", "Mod+C", some, byEvent("copy")), native: true },
  { ...command("Edit", "paste", "Paste", "Mod+V", always, (reach) => void pasteClipboard(reach)), native: true },
  command("Edit", "code", "Paste Keras code...", "", always, ({ ask }) => ask("code")),
  command("Edit", "duplicate", "Duplicate", "Mod+D", some, ({ actions }) => actions.duplicate()),
  command("Edit", "delete", "Delete", "Delete Backspace", ({ session }) => (session.chosen.length + session.selectedEdges.length ? null : "Select a layer or a connection first."), ({ actions }) => actions.remove()),
  command("Layers", "add", "Add a layer...", "A", always, ({ ask }) => ask("add")),
  command("Layers", "replace", "Replace by another layer...", "T", some, ({ ask }) => ask("replace")),
  command("Layers", "join", "Connect the selected layers", "L", (reach) => atLeast(2)(reach) ?? (reach.actions.joins().length ? null : "They cannot be connected, or are already."), ({ actions }) => actions.join()),
  command("Layers", "disable", "Switch off or on", "E", some, ({ actions }) => actions.disable()),
  command("Layers", "fold", "Fold into a block", "Mod+G", some, ({ actions }) => actions.fold()),
  command("Layers", "unfold", "Unfold the block", "Mod+Shift+G", aBlock, ({ actions }) => actions.unfold()),
  command("Layers", "open", "Open the block", "Mod+Enter", aBlock, (reach) => reach.actions.enter(instances(reach)[0])),
  command("Layers", "unroll", "Show the inside of the block in its place, or hide it", "I", aBlock, (reach) => unroll(reach, instances(reach))),
  command("Layers", "unroll-all", "Show the inside of all blocks in their places, or hide it", "Shift+I", blocksThere, (reach) => unroll(reach, allInstances(reach))),
  command("Layers", "leave", "Leave the block", "Mod+ArrowUp", leavable, leave),
  command("Layers", "more", "Repeat the block once more", "", aBlock, ({ actions }) => actions.repeat(1)),
  command("Layers", "less", "Repeat the block once less", "", (reach) => aBlock(reach) ?? (instances(reach).some((key) => Number(reach.session.node(key)?.layer.repeat ?? 1) > 1) ? null : "It is there only once."), ({ actions }) => actions.repeat(-1)),
  command("Select", "all", "Select all", "Mod+A", anything, ({ actions }) => actions.selectAll()),
  command("Select", "none", "Select nothing, or leave the block", "Escape", (reach) => (reach.session.doing || reach.session.chosen.length ? null : leavable(reach)), (reach) => {
    const { session } = reach;
    if (session.doing) session.doing.stop();
    else if (session.chosen.length) session.select([]);
    else leave(reach);
  }),
  select("upstream", "Select all before it", "U", upstream),
  select("downstream", "Select all behind it", "D", downstream),
  select("whole", "Select all that is connected with it", "W", whole),
  select("type", "Select all of its type", "S", sameType),
  command("Select", "box", "Draw a box to select", "B", anything, ({ boxing, setBoxing }) => setBoxing(!boxing)),
  arrange("left", "Align left", "Shift+L", "left", 2),
  arrange("centre", "Align centres", "Shift+C", "centre", 2),
  arrange("right", "Align right", "Shift+R", "right", 2),
  arrange("top", "Align tops", "Shift+T", "top", 2),
  arrange("middle", "Align middles", "Shift+M", "middle", 2),
  arrange("bottom", "Align bottoms", "Shift+B", "bottom", 2),
  arrange("across", "Distribute across", "Shift+H", "across", 3),
  arrange("down", "Distribute downwards", "Shift+V", "down", 3),
  shift("move-left", "Move to the left", "Mod+Shift+ArrowLeft", -1, 0),
  shift("move-right", "Move to the right", "Mod+Shift+ArrowRight", 1, 0),
  shift("move-up", "Move up", "Mod+Shift+ArrowUp", 0, -1),
  shift("move-down", "Move down", "Mod+Shift+ArrowDown", 0, 1),
  command("Arrange", "tidy", "Tidy the network, or several selected layers", "Y", anything, ({ tidy }) => tidy()),
  command("View", "fit", "Show the whole network", "F", anything, ({ fit }) => fit()),
  command("View", "turn", "Turn: from left to right, or from top to bottom", "O", anything, ({ turn }) => turn()),
  command("View", "present", "Present: nothing but the network, for a projector", "P", anything, ({ present }) => present()),
  picture("seen-png", "Picture of what is seen, PNG", false, "png"),
  picture("seen-svg", "Picture of what is seen, SVG", false, "svg"),
  picture("all-png", "Picture of the whole network, PNG", true, "png"),
  picture("all-svg", "Picture of the whole network, SVG", true, "svg"),
  command("View", "search", "Search a layer...", "Mod+F", anything, ({ ask }) => ask("search")),
  command("View", "commands", "Find a command...", "Mod+K", always, ({ ask }) => ask("commands")),
  command("View", "tools", "All tools as a menu", "", always, ({ ask }) => ask("tools")),
  command("View", "menu", "Menu of what is selected", "Shift+F10 ContextMenu", always, ({ ask }) => ask("menu")),
  command("View", "help", "What this layer does", "F1", explained, ({ session }) => openHelp(session.node(session.chosen[0] ?? "")?.layer.type ?? "")),
  command("View", "shortcuts", "Show all shortcuts", "?", always, ({ ask }) => ask("shortcuts")),
];

export function commandOf(name: string): Command {
  const found = COMMANDS.find((one) => one.name === name);
  if (!found) throw new Error(`There is no command ${name}.`);
  return found;
}

/** The command of a key; undefined where it has none. */
export function ofKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): Command | undefined {
  if (event.altKey) return undefined;
  const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const plain = event.key.length === 1 && event.key.toUpperCase() === event.key.toLowerCase();
  const pressed = `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${event.shiftKey && !plain ? "Shift+" : ""}${letter}`;
  return COMMANDS.find((one) => !one.native && one.keys.includes(pressed));
}

/** A shortcut as people read it: `Ctrl+Shift+Z`. */
export function written(key: string): string {
  const mod = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘" : "Ctrl";
  return key.replace("Mod", mod).replace("ArrowUp", "↑").replace("ArrowDown", "↓").replace("ArrowLeft", "←").replace("ArrowRight", "→").replace("Escape", "Esc").replace("ContextMenu", "Menu key");
}
