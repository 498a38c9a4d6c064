/** A block that is shown from inside: a frame with its name, whose dots lead on to the layers within. */
import { Handle, type NodeProps, useStore } from "@xyflow/react";
import { memo } from "react";
import { Icon } from "./Icon";
import { Badge, type LayerNodeType, Outputs, Ports, Unroll, along, level } from "./LayerNode";
import { dotIn, dotOut } from "./expansion";
import { DOT, SIDES } from "./ports";
import { TITLE } from "./size";
import { useHere, useNode } from "./use";

function Frame({ id, selected }: NodeProps<LayerNodeType>) {
  const node = useNode(id);
  const { looks, direction } = useHere();
  const much = useStore(level);
  if (!node) return null;
  const look = looks.get(node.family);
  const worst = node.troubles.find((trouble) => trouble.severity === "error") ?? node.troubles[0];
  const through = { isConnectable: false, className: "through" };
  return (
    <div
      className={`frame ${selected ? "selected" : ""} ${node.disabled ? "disabled" : ""} ${worst?.severity ?? ""} ${much}`}
      style={{ "--family": look?.colour } as React.CSSProperties}
      data-layer={node.key}
    >
      {much !== "shape" && (
        <>
          <div className="title" style={{ height: TITLE }}>
            {look && <Icon className="mark" path={look.mark} />}
            <span className="type">{node.id}</span>
            <span className="summary" title={node.summary}>{node.summary}</span>
            {much === "all" && <span className="shape">{node.shape && `→ ${node.shape}`}</span>}
            <Unroll id={id} word="Hide what is inside again" icon="rollUp" />
          </div>
          <Ports names={node.ports} lists={node.lists} optional={node.optional} direction={direction} />
          <Outputs names={node.outputs} direction={direction} />
          {node.ports.map((name, index) => (
            <Handle key={dotIn(name)} type="source" position={SIDES[direction].target} id={dotIn(name)} style={{ ...along(index, node.ports.length, direction), ...(direction === "down" ? { top: TITLE - DOT / 2 } : {}) }} {...through} />
          ))}
          {node.outputs.map((_name, index) => (
            <Handle key={dotOut(index)} type="target" position={SIDES[direction].source} id={dotOut(index)} style={along(index, node.outputs.length, direction)} {...through} />
          ))}
        </>
      )}
      {worst && <Badge troubles={node.troubles} severity={worst.severity} />}
    </div>
  );
}

/** As with LayerNode: where it stands changes nothing in it. */
export const FrameNode = memo(Frame, (before, after) => before.id === after.id && before.selected === after.selected);
