/** What can be done with the layer that the outline stands at, by menus and buttons. */
import { useState } from "react";
import { type Actions, isInstance } from "./actions";
import { edgeId, edgesOf } from "./document";
import { type Ground, there } from "./ground";
import { helpAddress } from "./help";
import { inWords, places, shifted, targets } from "./outline";
import { useHere } from "./use";
import type { Edge, Edit, NodeView } from "./wire";

const MOST = 400; // choices in one menu; a network of thousands is better connected on the canvas
const FEW = 40; // choices that are drawn before anybody asks for them

interface Props {
  actions: Actions;
  node: NodeView | undefined;
  /** Where it lies. */
  ground: Ground;
  /** What the outline stands at, where that is in a block that is not open. */
  elsewhere: { name: string; visit(): void } | undefined;
  onAdded(id: string): void;
  onConfigure(): void;
  onRename(): void;
  onShift(by: -1 | 1): void;
}

export function OutlineActions({ actions, node, ground, elsewhere, onAdded, onConfigure, onRename, onShift }: Props) {
  const { session } = useHere();
  const { doc, before } = ground;
  const [wanted, setWanted] = useState("");
  const connected = node ? edgesOf(doc).filter((edge) => edge.source === node.key || edge.target === node.key) : [];
  const add = () => {
    const name = wanted.trim().toLowerCase();
    const { entries } = session.palette;
    const entry = entries.find(({ type }) => type.toLowerCase() === name) ?? entries.find(({ type }) => name && type.toLowerCase().startsWith(name));
    if (!entry) return;
    if (node) session.select([before + node.key]);
    onAdded(actions.append(entry));
    setWanted("");
  };
  const withNode = (act: () => void) => () => {
    if (node && !session.chosen.includes(before + node.key)) session.select([before + node.key]);
    act();
  };
  const edit = (one: Edit) => session.edit(...there(ground, [one]));
  return (
    <div className="outline-actions" role="group" aria-label={node ? `What can be done with ${node.id}` : "Add a layer"}>
      <form onSubmit={(event) => { event.preventDefault(); add(); }}>
        <input list="layers-to-add" value={wanted} aria-label={node ? `Add a layer after ${node.id}` : "Add a layer"} placeholder={node ? `Add after ${node.id}` : "Add a layer"} onChange={(event) => setWanted(event.target.value)} />
        <datalist id="layers-to-add">{session.palette.entries.map(({ type }) => <option key={type} value={type} />)}</datalist>
        <button type="submit" disabled={!wanted.trim()}>Add</button>
      </form>
      {elsewhere && (
        <div className="buttons">
          <button type="button" title="Change its settings (Enter)" onClick={onConfigure}>Settings</button>
          <button type="button" title="Open what it lies in" onClick={elsewhere.visit}>Edit {elsewhere.name} where it lies</button>
        </div>
      )}
      {node && (
        <>
          <Menu word="Connect to" doc={doc} edges={targets(doc, node)} name={({ target, port, output }) => inWords(doc, { source: node.key, output, target, port }).replace(/^.*? → /, node.outputs.length > 1 ? `${node.outputs[output]} → ` : "")} act={(edge) => edit({ type: "Connect", edge })} />
          <Menu word="Disconnect" doc={doc} edges={connected} act={(edge) => edit({ type: "Disconnect", edges: [edge] })} />
          <Menu word="Move between" doc={doc} edges={places(doc, node)} act={(edge) => edit({ type: "Insert", id: node.id, edge })} />
          <div className="buttons">
            <button type="button" title="Change its settings (Enter)" onClick={onConfigure}>Settings</button>
            <button type="button" title="Give it another name (F2)" onClick={onRename}>Rename</button>
            <button type="button" title="One step earlier (Alt+Up)" disabled={!shifted(doc, node, -1)} onClick={() => onShift(-1)}>Earlier</button>
            <button type="button" title="One step later (Alt+Down)" disabled={!shifted(doc, node, 1)} onClick={() => onShift(1)}>Later</button>
            {isInstance(node) && <button type="button" title="Open the block (Ctrl+Enter)" onClick={() => actions.enter(before + node.key)}>Open</button>}
            {isInstance(node) && <button type="button" title="Put the layers inside in its place (Ctrl+Shift+G)" onClick={withNode(() => actions.unfold())}>Unfold</button>}
            <button type="button" title="Make a block of what is selected (Ctrl+G)" onClick={withNode(() => actions.fold())}>Fold</button>
            <button type="button" title="Leave it out of the network, or take it in again (E)" onClick={withNode(() => actions.disable())}>{node.disabled ? "Switch on" : "Switch off"}</button>
            <button type="button" title="Copy what is selected (Ctrl+D)" onClick={withNode(() => actions.duplicate())}>Duplicate</button>
            <button type="button" title="Remove what is selected (Delete)" onClick={withNode(() => actions.remove())}>Delete</button>
            {!isInstance(node) && <a href={helpAddress(node.layer.type)} target="layerloom-help" title="What this layer does (F1)">Help</a>}
          </div>
        </>
      )}
    </div>
  );
}

interface MenuProps {
  word: string;
  doc: ReadonlyMap<string, NodeView>;
  edges: readonly Edge[];
  name?(edge: Edge): string;
  act(edge: Edge): void;
}

/** A menu whose choices are done at once; it always shows its own name. */
function Menu({ word, doc, edges, name = (edge) => inWords(doc, edge), act }: MenuProps) {
  const [asked, setAsked] = useState(false);
  const ask = () => setAsked(true);
  const offered = asked || edges.length <= FEW ? edges.slice(0, MOST) : [];
  return (
    <select
      aria-label={word}
      value=""
      disabled={edges.length === 0}
      onPointerEnter={ask}
      onPointerDown={ask}
      onFocus={ask}
      onBlur={() => setAsked(false)}
      onChange={(event) => {
        const edge = edges.find((one) => edgeId(one) === event.target.value);
        if (edge) act(edge);
      }}
    >
      <option value="">{word} …</option>
      {offered.map((edge) => <option key={edgeId(edge)} value={edgeId(edge)}>{name(edge)}</option>)}
    </select>
  );
}
