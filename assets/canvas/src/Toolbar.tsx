/** Buttons with words; each also has a key. */
import { useReactFlow } from "@xyflow/react";
import { ICONS, Icon } from "./Icon";
import { type Actions, isInstance } from "./actions";
import type { Direction } from "./direction";
import { useHere } from "./use";
import type { Edge } from "./wire";

interface Props {
  actions: Actions;
  open: boolean;
  onOpen(open: boolean): void;
  direction: Direction;
  onDirection(direction: Direction): void;
  outlined: boolean;
  onOutline(outlined: boolean): void;
  selectedEdges(): Edge[];
}

export function Toolbar({ actions, open, onOpen, direction, onDirection, outlined, onOutline, selectedEdges }: Props) {
  const { session } = useHere();
  const view = useReactFlow();
  const { status, shown, selected } = session;
  const instances = selected.filter((key) => isInstance(session.node(key)));
  const tidy = async () => {
    await actions.tidy();
    requestAnimationFrame(() => view.fitView({ padding: 0.15, maxZoom: 1, duration: 250 }));
  };
  return (
    <div className="toolbar" role="toolbar" aria-label="Network">
      <Tool word="Layers" hint={open ? "Hide the list of layers" : "Show the list of layers"} icon="layers" pressed={open} act={() => onOpen(!open)} />
      <Tool word="Outline" hint="The network as a tree, for keyboard and screen reader" icon="outline" pressed={outlined} act={() => onOutline(!outlined)} />
      <i />
      <Tool word="Undo" hint="Take back the last step (Ctrl+Z)" icon="undo" can={status?.undo || session.pending > 0} act={() => session.history("undo")} />
      <Tool word="Redo" hint="Do it again (Ctrl+Shift+Z)" icon="redo" can={status?.redo} act={() => session.history("redo")} />
      <i />
      <Tool word="Duplicate" hint="Copy the selected layers beside themselves (Ctrl+D)" icon="duplicate" can={selected.length > 0} act={() => actions.duplicate()} />
      <Tool word="Delete" hint="Remove what is selected (Delete)" icon="delete" can={shown.size > 0} act={() => actions.remove(selectedEdges())} />
      <i />
      <Tool word="Fold" hint="Make a block of the selected layers (Ctrl+G)" icon="fold" can={selected.length > 0} act={() => actions.fold()} />
      {instances.length > 0 && (
        <>
          <Tool word="Unfold" hint="Put the layers inside in the block's place (Ctrl+Shift+G)" icon="unfold" act={() => actions.unfold()} />
          <Tool word="Open" hint="Show what is inside the block (double-click it)" icon="open" act={() => actions.enter(instances[0])} />
        </>
      )}
      <i />
      <Tool word="Tidy" hint="Arrange the layers from top to bottom" icon="tidy" can={shown.size > 1} act={tidy} />
      {direction === "down" ? (
        <Tool word="Turn" hint="Show the layers from left to right" icon="right" act={() => onDirection("right")} />
      ) : (
        <Tool word="Turn" hint="Show the layers from top to bottom" icon="down" act={() => onDirection("down")} />
      )}
      <Tool word="Fit" hint="Show the whole network" icon="fit" can={shown.size > 0} act={() => view.fitView({ padding: 0.15, maxZoom: 1, duration: 250 })} />
    </div>
  );
}

interface ToolProps {
  word: string;
  hint: string;
  icon: keyof typeof ICONS;
  can?: boolean;
  pressed?: boolean;
  act(): void;
}

function Tool({ word, hint, icon, can = true, pressed, act }: ToolProps) {
  return (
    <button type="button" title={hint} disabled={!can} aria-pressed={pressed} onClick={act}>
      <Icon path={ICONS[icon]} />
      <span className="word">{word}</span>
    </button>
  );
}
