/** What opens over the canvas: menus, lists to choose from, the search, the shortcuts. One at a time. */
import { useEffect } from "react";
import { CodeEntry } from "./CodeEntry";
import { Find } from "./Find";
import { type Item, Menu, itemsOf } from "./Menu";
import { type Choice, Picker } from "./Picker";
import { Shortcuts } from "./Shortcuts";
import type { Origin } from "./actions";
import { COMMANDS, type Reach, written } from "./commands";
import { type Fit, comesOut, fitting } from "./connections";
import { matches } from "./finding";
import { useHere } from "./use";
import type { Edge, Entry } from "./wire";

interface Point {
  x: number;
  y: number;
}

export type Dialog =
  | { what: "menu"; at: Point; edge?: Edge }
  | { what: "add"; at: Point; place?: Point; from?: Origin; shape?: string }
  | { what: "replace" | "tools"; at: Point }
  | { what: "commands" | "search" | "shortcuts" | "code" };

interface Props {
  dialog: Dialog;
  reach: Reach;
  /** Put a layer at a point of the window; without one, behind what is selected. */
  onAdd(entry: Entry, at?: Point, from?: Origin): void;
  onShow(key: string): void;
  onOpen(dialog: Dialog): void;
  onClose(): void;
}

const MOST = 60; // layers in a list at once; typing finds the others

export function Dialogs({ dialog, reach, onAdd, onShow, onOpen, onClose }: Props) {
  const { session } = useHere();
  useEffect(() => {
    if (dialog.what === "search") return;
    const outside = (event: PointerEvent) => {
      const inside = event.composedPath().some((one) => one instanceof HTMLElement && one.dataset.dialog !== undefined);
      if (!inside) onClose();
    };
    document.addEventListener("pointerdown", outside, { capture: true });
    return () => document.removeEventListener("pointerdown", outside, { capture: true });
  }, [dialog, onClose]);
  const families = session.palette.families;
  const asChoice = (entry: Entry, act: () => void, group?: string): Choice => ({
    name: entry.type,
    label: entry.type,
    detail: families[entry.family],
    hint: entry.tooltip,
    group,
    act,
  });
  const layers = (wanted: string, shape: string, needInput: boolean, act: (entry: Entry) => void): Choice[] => {
    const judged = needInput ? fitting(session.palette.entries, shape) : session.palette.entries.map((entry) => ({ entry, fit: "fits" as const }));
    return judged
      .filter(({ entry }) => matches(`${entry.type} ${families[entry.family]} ${entry.tooltip}`, wanted))
      .slice(0, MOST)
      .map(({ entry, fit }) => asChoice(entry, () => act(entry), needInput && shape ? grouped(fit, shape) : undefined));
  };
  switch (dialog.what) {
    case "menu": {
      const { edge } = dialog;
      const groups = edge ? ofEdge(edge, reach, () => onOpen({ what: "add", at: dialog.at, place: dialog.at, from: { edge }, shape: shapeOf(reach, edge) })) : itemsOf(reach);
      return <Menu at={dialog.at} groups={groups} onClose={onClose} />;
    }
    case "tools":
      return <Menu at={dialog.at} groups={itemsOf(reach, true)} onClose={onClose} />;
    case "add": {
      const { from, at, place, shape = "" } = dialog;
      const needInput = Boolean(from?.source ?? from?.edge);
      return <Picker key="add" title="Add a layer" placeholder="Which layer?" at={at} choices={(wanted) => layers(wanted, shape, needInput, (entry) => onAdd(entry, place, from))} onClose={onClose} />;
    }
    case "replace":
      return <Picker key="replace" title="Replace by" placeholder="By which layer?" at={dialog.at} choices={(wanted) => layers(wanted, incoming(reach), true, (entry) => reach.actions.replace(entry))} onClose={onClose} />;
    case "commands":
      // A list that one of these commands opens is another list, with a search of its own.
      return <Picker key="commands" title="Commands" placeholder="What do you want to do?" choices={(wanted) => [...commands(reach, wanted), ...(wanted.trim() ? additions(reach, wanted, onAdd) : [])]} onClose={onClose} />;
    case "search":
      return <Find onShow={onShow} onClose={onClose} />;
    case "code":
      return <CodeEntry onEnter={(code) => reach.actions.enterCode(code)} onClose={onClose} />;
    case "shortcuts":
      return <Shortcuts onClose={onClose} />;
  }
}

function ofEdge(edge: Edge, { actions }: Reach, insert: () => void): Item[][] {
  return [
    [
      { name: "insert", label: "Insert a layer here...", act: insert },
      { name: "cut", label: "Remove the connection", act: () => actions.disconnect([edge]) },
    ],
  ];
}

function commands(reach: Reach, wanted: string): Choice[] {
  return COMMANDS.filter(({ name, label, group }) => name !== "commands" && matches(`${label} ${group}`, wanted)).map((command) => ({
    name: command.name,
    label: command.label,
    detail: command.keys[0] && written(command.keys[0]),
    why: command.why(reach),
    group: command.group,
    act: () => command.run(reach),
  }));
}

function additions({ session }: Reach, wanted: string, onAdd: (entry: Entry) => void): Choice[] {
  return session.palette.entries
    .filter(({ type, tooltip }) => matches(`Add ${type} ${tooltip}`, wanted))
    .slice(0, MOST)
    .map((entry) => ({ name: `add ${entry.type}`, label: `Add ${entry.type}`, hint: entry.tooltip, group: "Layers to add", act: () => onAdd(entry) }));
}

function grouped(fit: Fit, shape: string): string {
  return { often: `Often behind ${shape}`, fits: `Fit ${shape}`, hardly: "Made for other shapes" }[fit];
}

/** The shape that a connection carries. */
function shapeOf({ session }: Reach, { source, output }: Pick<Edge, "source" | "output">): string {
  return comesOut(session.node(source), output);
}

/** The shape that comes into the first selected layer. */
function incoming(reach: Reach): string {
  const input = reach.session.node(reach.session.chosen[0] ?? "")?.inputs[0];
  return input ? shapeOf(reach, { source: input[0], output: input[1] }) : "";
}
