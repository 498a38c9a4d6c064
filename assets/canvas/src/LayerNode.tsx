/** A layer on the canvas: name, type, what matters of its parameters, output shape, parameter count, and its problems. */
import { Handle, type Node, type NodeProps, type ReactFlowState, useStore } from "@xyflow/react";
import { memo } from "react";
import { ICONS, Icon } from "./Icon";
import { isInstance } from "./actions";
import type { Direction } from "./direction";
import { SIDES, across } from "./ports";
import { beside } from "./amounts";
import { useHere, useNode, usePainted } from "./use";
import type { Trouble } from "./wire";

export type LayerNodeType = Node<Record<string, never>, "layer" | "frame">;

const READABLE = 0.45; // the smallest zoom at which the text of a node is read

/** Below this zoom a node is a plain shape in its colour, without dots, and connections are one drawing. */
export const SHAPES = 0.25;

type Level = "all" | "type" | "shape";

/** How much of a node is drawn: what nobody can make out costs nothing. */
export function level({ transform: [, , zoom] }: ReactFlowState): Level {
  return zoom < SHAPES ? "shape" : zoom < READABLE ? "type" : "all";
}

function Layer({ id, selected }: NodeProps<LayerNodeType>) {
  const node = useNode(id);
  const { looks, direction } = useHere();
  const painted = usePainted(id);
  const much = useStore(level);
  if (!node) return null;
  const look = looks.get(node.family);
  const worst = node.troubles.find((trouble) => trouble.severity === "error") ?? node.troubles[0];
  return (
    <div
      className={`layer ${selected ? "selected" : ""} ${node.disabled ? "disabled" : ""} ${worst ? worst.severity : ""} ${much === "all" ? "" : `far ${much}`} ${painted ? (painted.colour ? "painted" : "unpainted") : ""}`}
      style={{ "--family": look?.colour, "--paint": painted?.colour, "--ink": painted?.ink, "--letters": node.layer.type.length } as React.CSSProperties}
      data-layer={node.key}
    >
      {much !== "shape" && <Ports names={node.ports} lists={node.lists} optional={node.optional} direction={direction} />}
      {much === "type" && <div className="plain">{inParts(node.layer.type)}</div>}
      {much === "all" && (
        <>
          <div className="title">
            {look && <Icon className="mark" path={look.mark} />}
            <span className="type">{node.layer.type}</span>
            <span className="name" title={node.id}>{node.id}</span>
          </div>
          <div className="summary" title={node.summary}>{node.summary || "\u00a0"}</div>
          <div className="facts">
            <span aria-hidden>→</span>
            <span className="shape" title={`Shape of what comes out, for one example: ${node.shape || "not known yet"}`}>{node.disabled ? "off" : node.shape || "…"}</span>
            <span className="parameters" title={painted ? painted.why : "Numbers that the layer learns"}>{painted ? painted.text : beside(node)}</span>
          </div>
        </>
      )}
      {worst && <Badge troubles={node.troubles} severity={worst.severity} />}
      {much === "all" && isInstance(node) && <Unroll id={id} word="Show what is inside, here" icon="unroll" />}
      {much !== "shape" && <Outputs names={node.outputs} direction={direction} />}
    </div>
  );
}

/** React Flow also tells it where it stands; that changes nothing in it, so that what is dragged is not drawn anew. */
export const LayerNode = memo(Layer, (before, after) => before.id === after.id && before.selected === after.selected);

/** Show the inside of a block in its place, or no more. */
export function Unroll({ id, word, icon }: { id: string; word: string; icon: "unroll" | "rollUp" }) {
  const { session } = useHere();
  return (
    <button type="button" className="unroll nodrag" title={`${word} (I)`} aria-label={`${word}: ${id}`} tabIndex={-1} onClick={() => session.unroll([id], icon === "unroll")}>
      <Icon path={ICONS[icon]} />
    </button>
  );
}

/** The dots from which connections begin. */
export function Outputs({ names, direction }: { names: readonly string[]; direction: Direction }) {
  return names.map((name, index) => (
    <Handle key={index} type="source" position={SIDES[direction].source} id={String(index)} style={along(index, names.length, direction)} title={`${name}: drag to an input of another layer`}>
      {names.length > 1 && <span className="port below">{name}</span>}
    </Handle>
  ));
}

/** A name that may be broken before its capital letters. */
function inParts(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "\u200b");
}

interface PortsProps {
  names: readonly string[];
  lists: readonly string[];
  optional: readonly string[];
  direction: Direction;
}

export function Ports({ names, lists, optional, direction }: PortsProps) {
  return names.map((name, index) => (
    <Handle
      key={name}
      type="target"
      position={SIDES[direction].target}
      id={name}
      className={`${lists.includes(name) ? "many" : ""} ${optional.includes(name) ? "optional" : ""}`}
      style={along(index, names.length, direction)}
      title={lists.includes(name) ? "Takes any number of inputs" : optional.includes(name) ? `${name} (may stay free)` : name}
    >
      {names.length > 1 && <span className="port above">{name}</span>}
    </Handle>
  ));
}

export function along(index: number, count: number, direction: Direction): React.CSSProperties {
  return { [direction === "down" ? "left" : "top"]: `${across(index, count) * 100}%` };
}

export function Badge({ troubles, severity }: { troubles: readonly Trouble[]; severity: Trouble["severity"] }) {
  const text = troubles.map(({ message, remedy }) => `${message} ${remedy}`).join("\n");
  return (
    <span className="badge nodrag" role="img" tabIndex={0} aria-label={`${severity}: ${text}`}>
      {severity === "error" ? "!" : "?"}
      {troubles.length > 1 && <small>{troubles.length}</small>}
      <span className="explanation" role="tooltip">
        {troubles.slice(0, 4).map(({ message, remedy }, index) => (
          <span key={index}><b>{message}</b> {remedy}</span>
        ))}
      </span>
    </span>
  );
}
