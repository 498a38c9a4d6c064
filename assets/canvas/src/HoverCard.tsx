/** What is under the pointer, or has the focus: a layer in words and figures, or the tensor that a connection carries. */
import { useEffect, useState } from "react";
import { brief, bytes, whole } from "./amounts";
import { edgeId, edgesOf } from "./document";
import { field } from "./measures";
import type { Session } from "./session";
import { useHere } from "./use";
import type { NodeView } from "./wire";

const DELAY = 450; // milliseconds that the pointer rests on a node; a connection tells at once
const WIDTH = 300;

interface Found {
  what: "node" | "edge";
  id: string;
  x: number;
  y: number;
}

export function HoverCard({ place }: { place: React.RefObject<HTMLElement | null> }) {
  const { session, colours } = useHere();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => (place.current ? watch(place.current, setFound) : undefined), [place]);
  if (!found) return null;
  const style = { left: found.x, top: found.y, maxWidth: WIDTH };
  if (found.what === "edge") {
    const carried = tensor(session, found.id);
    return carried && <div className="hover-card" role="tooltip" style={style}>{carried}</div>;
  }
  const node = session.node(found.id);
  if (!node) return null;
  const painted = colours.of(found.id);
  return (
    <div className="hover-card" role="tooltip" style={style}>
      <b>{node.layer.type}</b> <span className="id">{node.id}</span>
      <p>{session.offered.get(node.layer.type)?.tooltip ?? (node.layer.type === "Block" ? "A block: layers folded into one. Double-click to open it." : "")}</p>
      <dl>
        {rows(session, node).map(([word, value]) => (
          <div key={word}><dt>{word}</dt><dd>{value}</dd></div>
        ))}
        {colours.measure?.live && painted && <div><dt>{colours.measure.label}</dt><dd>{painted.text || painted.why}</dd></div>}
      </dl>
    </div>
  );
}

/** What is known of a node, in words. */
export function rows(session: Session, node: NodeView): [string, string][] {
  const { measures } = node;
  const into = node.inputs.map(([source, output]) => outputShape(session.node(source), output));
  const known: [string, string][] = [];
  if (node.ports.length) known.push(["In", into.length ? into.join(" and ") : "nothing yet"]);
  known.push(["Out", node.shape || "not known yet"]);
  if (!measures) return known;
  const frozen = measures.parameters - measures.trainable;
  known.push(["Parameters", whole(measures.parameters) + (frozen && measures.parameters ? ` (${frozen === measures.parameters ? "all" : whole(frozen)} frozen)` : "")]);
  known.push(["Multiply-adds", measures.macs === null ? "not known" : brief(measures.macs)]);
  known.push(["Memory", measures.memory === null ? "not known" : `${bytes(measures.memory)} an example`]);
  known.push(["Receptive field", measures.field ? field(measures.field) : measures.why || "not known"]);
  return known;
}

/** The shape of one of a node's outputs; `…` while it is not known. */
export function outputShape(node: NodeView | undefined, output: number): string {
  return node?.shape.split(", ")[output] ?? "…";
}

function tensor(session: Session, id: string): string | null {
  const edge = edgesOf(session.seen.doc).find((one) => edgeId(one) === id);
  if (!edge) return null;
  return `${edge.source} → ${edge.target}: ${outputShape(session.node(edge.source), edge.output)}`;
}

/** Tell what the pointer rests on, or what has the focus, within a place; null when it is nothing or a button is held. */
function watch(place: HTMLElement, tell: (found: Found | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let over = "";
  const look = (target: EventTarget | null, pointer?: { x: number; y: number }) => {
    const at = target instanceof Element ? target.closest<HTMLElement | SVGElement>(".react-flow__node, .react-flow__edge") : null;
    const id = at?.dataset.id ?? "";
    if (`${at?.tagName} ${id}` === over) return;
    over = `${at?.tagName} ${id}`;
    clearTimeout(timer);
    tell(null);
    if (!at || !id) return;
    const what = at.matches(".react-flow__edge") ? "edge" : "node";
    const show = () => tell({ what, id, ...beside(place, at, what === "edge" ? pointer : undefined) });
    if (what === "edge" && pointer) show();
    else timer = setTimeout(show, DELAY);
  };
  const away = () => {
    over = "";
    clearTimeout(timer);
    tell(null);
  };
  const stop = new AbortController();
  const { signal } = stop;
  place.addEventListener("pointerover", (event) => (event.buttons || event.pointerType === "touch" ? away() : look(event.target, { x: event.clientX, y: event.clientY })), { signal });
  place.addEventListener("pointerleave", away, { signal });
  place.addEventListener("pointerdown", away, { signal });
  place.addEventListener("wheel", away, { signal, passive: true });
  place.addEventListener("keydown", (event) => event.key === "Escape" && away(), { signal });
  place.addEventListener("focusin", (event) => event.target instanceof Element && event.target.matches(":focus-visible") && look(event.target), { signal });
  place.addEventListener("focusout", away, { signal });
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** A point for the card within the place: right of a node where there is room, else left of it; below the pointer on an edge. */
function beside(place: HTMLElement, at: Element, pointer?: { x: number; y: number }): { x: number; y: number } {
  const frame = place.getBoundingClientRect();
  if (pointer) return { x: Math.min(pointer.x - frame.left + 12, frame.width - WIDTH / 2), y: pointer.y - frame.top + 14 };
  const box = at.getBoundingClientRect();
  const right = box.right - frame.left + 10;
  const x = right + WIDTH < frame.width ? right : Math.max(4, box.left - frame.left - WIDTH - 10);
  return { x, y: Math.min(Math.max(4, box.top - frame.top), Math.max(4, frame.height - 210)) };
}
