/**
 * Buttons with words; each also has a key. Where the canvas is narrow, those that are known by their drawing lose their words,
 * then all do, then the lesser ones go: all of them stand in the menu behind "More".
 */
import { ICONS, Icon } from "./Icon";
import { Pictures } from "./Pictures";
import { type Reach, commandOf, written } from "./commands";

interface Props {
  reach: Reach;
  open: boolean;
  onOpen(open: boolean): void;
  aside: boolean;
  onAside(aside: boolean): void;
  outlined: boolean;
  onOutline(outlined: boolean): void;
}

export function Toolbar({ reach, open, onOpen, aside, onAside, outlined, onOutline }: Props) {
  const ofBlocks = commandOf("unfold").why(reach) === null;
  return (
    <div className="toolbar" role="toolbar" aria-label="Network">
      <Tool word="Layers" hint={open ? "Hide the list of layers" : "Show the list of layers"} icon="layers" pressed={open} act={() => onOpen(!open)} />
      <Tool word="Outline" hint="The network as a tree, for keyboard and screen reader" icon="outline" pressed={outlined} act={() => onOutline(!outlined)} />
      <i />
      <Of name="undo" word="Undo" icon="undo" reach={reach} known />
      <Of name="redo" word="Redo" icon="redo" reach={reach} known />
      <i />
      <Of name="duplicate" word="Duplicate" icon="duplicate" reach={reach} lesser />
      <Of name="delete" word="Delete" icon="delete" reach={reach} />
      <Of name="box" word="Box" icon="box" reach={reach} pressed={reach.boxing} lesser />
      <i />
      <Of name="fold" word="Fold" icon="fold" reach={reach} />
      {ofBlocks && (
        <>
          <Of name="unfold" word="Unfold" icon="unfold" reach={reach} lesser />
          <Of name="open" word="Open" icon="open" reach={reach} known />
          <Of name="unroll" word="Inside" icon="unroll" reach={reach} known />
        </>
      )}
      <i />
      <Of name="tidy" word="Tidy" icon="tidy" reach={reach} />
      <Of name="turn" word="Turn" icon="turn" reach={reach} lesser />
      <Of name="fit" word="Fit" icon="fit" reach={reach} known />
      <Of name="present" word="Present" icon="present" reach={reach} lesser />
      <Pictures reach={reach} />
      <i />
      <Of name="search" word="Search" icon="search" reach={reach} known />
      <Of name="tools" word="More" icon="more" reach={reach} />
      <span className="gap" />
      <Tool word="Settings" hint={aside ? "Hide the settings beside the canvas" : "Show the settings beside the canvas"} icon="aside" pressed={aside} act={() => onAside(!aside)} />
    </div>
  );
}

interface OfProps {
  name: string;
  word: string;
  icon: keyof typeof ICONS;
  reach: Reach;
  pressed?: boolean;
  known?: boolean;
  lesser?: boolean;
}

/** The button of a command: it says what the command does, by which key, and why not now. */
function Of({ name, word, icon, reach, pressed, known, lesser }: OfProps) {
  const { label, keys, why, run } = commandOf(name);
  const refused = why(reach);
  const hint = `${label.replace("...", "")}${keys[0] ? ` (${written(keys[0])})` : ""}${refused ? `\n${refused}` : ""}`;
  return <Tool word={word} hint={hint} icon={icon} can={refused === null} pressed={pressed} act={() => run(reach)} rank={lesser ? "lesser" : known ? "known" : undefined} />;
}

interface ToolProps {
  word: string;
  hint: string;
  icon: keyof typeof ICONS;
  can?: boolean;
  pressed?: boolean;
  rank?: "lesser" | "known";
  act(): void;
}

export function Tool({ word, hint, icon, can = true, pressed, rank, act }: ToolProps) {
  return (
    <button type="button" className={rank} title={hint} disabled={!can} aria-pressed={pressed} onClick={act}>
      <Icon path={ICONS[icon]} />
      <span className="word">{word}</span>
    </button>
  );
}
