/** Drawing a connection: what is refused is told at the pointer, and on the empty canvas it asks which layer is to follow. */
import { type Connection, type FinalConnectionState, type ReactFlowState, useStore } from "@xyflow/react";
import { useRef } from "react";
import type { Origin } from "./actions";
import { comesOut, consequence, joining, refusal } from "./connections";
import type { Doc } from "./document";
import { foresee } from "./edits";
import type { Session } from "./session";
import { useHere } from "./use";
import type { Edge } from "./wire";

export function asEdge({ source, target, sourceHandle, targetHandle }: Connection | Omit<Connection, "key">): Edge {
  return { source, target, output: Number(sourceHandle ?? 0), port: targetHandle ?? "inputs" };
}

/** What React Flow asks and tells while a connection is drawn. */
export function useConnecting(onEmpty: (from: Origin, shape: string, at: { x: number; y: number }) => void, nodeAt: (x: number, y: number) => string | undefined) {
  const { session, lifted } = useHere();
  const done = useRef(false);
  return {
    isValidConnection: (connection: Connection | { source: string; target: string; sourceHandle?: string | null; targetHandle?: string | null }) =>
      refusal(without(session, lifted.current), asEdge({ sourceHandle: null, targetHandle: null, ...connection })) === null,
    onReconnectStart: (_event: unknown, line: { data?: { edge: Edge } }) => {
      lifted.current = line.data?.edge ?? null;
    },
    onReconnectEnd: () => {
      lifted.current = null;
    },
    onConnectStart: () => {
      done.current = false;
    },
    onConnectEnd: (event: MouseEvent | TouchEvent, { fromHandle, fromNode, toHandle, isValid }: FinalConnectionState) => {
      if (!fromHandle || !fromNode || toHandle || isValid || done.current || lifted.current) return;
      done.current = true;
      const at = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!at) return;
      const key = nodeAt(at.clientX, at.clientY);
      if (key !== undefined) return join(session, fromHandle.type === "source" ? [fromNode.id, key] : [key, fromNode.id]);
      const point = { x: at.clientX, y: at.clientY };
      if (fromHandle.type === "target") return onEmpty({ target: { target: fromNode.id, port: fromHandle.id ?? "inputs" } }, "", point);
      const output = Number(fromHandle.id ?? 0);
      onEmpty({ source: { source: fromNode.id, output } }, comesOut(session.node(fromNode.id), output), point);
    },
  };
}

/** Let go over a layer, and not at one of its dots: it takes the tensor where it still needs one. */
function join(session: Session, [from, to]: [string, string]): void {
  const source = session.node(from);
  const target = session.node(to);
  if (!source || !target || source === target) return;
  session.edit(...joining(session.shown, source, target).slice(0, 1).map((edge) => ({ type: "Connect" as const, edge })));
}

function without({ shown, offered }: Session, edge: Edge | null): Doc {
  return edge ? foresee(shown, { type: "Disconnect", edges: [edge] }, offered) : shown;
}

const drawn = ({ connection }: ReactFlowState) => connection;

/** Why a connection cannot be made, or what it would undo, in words at the pointer. */
export function ConnectionHint() {
  const { session, lifted } = useHere();
  const connection = useStore(drawn);
  if (!connection.inProgress || !connection.toHandle) return null;
  const { fromHandle, toHandle, isValid, pointer } = connection;
  const [source, target] = fromHandle.type === "source" ? [fromHandle, toHandle] : [toHandle, fromHandle];
  const edge = { source: source.nodeId, output: Number(source.id ?? 0), target: target.nodeId, port: target.id ?? "inputs" };
  const doc = without(session, lifted.current);
  const sameSide = fromHandle.type === toHandle.type;
  const words = isValid ? consequence(doc, edge) : sameSide ? "Connect what comes out of one layer with what goes into another." : refusal(doc, edge);
  if (!words) return null;
  return (
    <div className={`connection-hint ${isValid ? "" : "refused"}`} role="status" style={{ left: pointer.x + 16, top: pointer.y + 16 }}>
      {words}
    </div>
  );
}
