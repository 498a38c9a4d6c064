/** Buttons with words; each also has a key. */
import { useReactFlow } from "@xyflow/react";
import type { Actions } from "./actions";
import { useHere } from "./use";
import type { Edge } from "./wire";

interface Props {
  actions: Actions;
  open: boolean;
  onOpen(open: boolean): void;
  selectedEdges(): Edge[];
}

export function Toolbar({ actions, open, onOpen, selectedEdges }: Props) {
  const { session } = useHere();
  const view = useReactFlow();
  const { status, shown, selected } = session;
  const tidy = async () => {
    await actions.tidy();
    requestAnimationFrame(() => view.fitView({ padding: 0.15, maxZoom: 1, duration: 250 }));
  };
  return (
    <div className="toolbar" role="toolbar" aria-label="Network">
      <Tool word="Layers" hint={open ? "Hide the list of layers" : "Show the list of layers"} icon="☰" pressed={open} act={() => onOpen(!open)} />
      <i />
      <Tool word="Undo" hint="Take back the last step (Ctrl+Z)" icon="↶" can={status?.undo || session.busy} act={() => session.history("undo")} />
      <Tool word="Redo" hint="Do it again (Ctrl+Shift+Z)" icon="↷" can={status?.redo} act={() => session.history("redo")} />
      <i />
      <Tool word="Duplicate" hint="Copy the selected layers beside themselves (Ctrl+D)" icon="⧉" can={selected.length > 0} act={() => actions.duplicate()} />
      <Tool word="Delete" hint="Remove what is selected (Delete)" icon="✕" can={shown.size > 0} act={() => actions.remove(selectedEdges())} />
      <i />
      <Tool word="Tidy" hint="Arrange the layers from top to bottom" icon="⇅" can={shown.size > 1} act={tidy} />
      <Tool word="Fit" hint="Show the whole network" icon="⤢" can={shown.size > 0} act={() => view.fitView({ padding: 0.15, maxZoom: 1, duration: 250 })} />
    </div>
  );
}

interface ToolProps {
  word: string;
  hint: string;
  icon: string;
  can?: boolean;
  pressed?: boolean;
  act(): void;
}

function Tool({ word, hint, icon, can = true, pressed, act }: ToolProps) {
  return (
    <button type="button" title={hint} disabled={!can} aria-pressed={pressed} onClick={act}>
      <span aria-hidden>{icon}</span> {word}
    </button>
  );
}
