/** The others on this canvas: a pointer with a name, a frame around what they have selected, and who is here at all. */
import { ViewportPortal, useStore } from "@xyflow/react";
import { useSyncExternalStore } from "react";
import { type Other, colourOf } from "./company";
import { SIZE } from "./size";
import { useHere, useScene } from "./use";

const RING = 6; // pixels between a layer and the frame around it

function useOthers(): readonly Other[] {
  const { company } = useHere().session;
  return useSyncExternalStore(company.subscribe, () => company.others);
}

/** Pointers and frames, in the picture. */
export function Others() {
  const others = useOthers();
  const { session } = useHere();
  const scene = useScene();
  const zoom = useStore(({ transform }) => transform[2]);
  if (others.length === 0) return null;
  return (
    <ViewportPortal>
      {others.flatMap((other) =>
        other.keys.flatMap((key) => {
          const node = session.shown.get(key);
          if (!node) return [];
          const { x, y } = scene.seen(node);
          const size = { width: SIZE.width + 2 * RING, height: SIZE.height + 2 * RING };
          return <div key={`${other.id} ${key}`} className="other-ring" style={{ ...size, borderColor: colourOf(other), transform: `translate(${x - RING}px, ${y - RING}px)` }} />;
        }),
      )}
      {others.map((other) => {
        if (!other.at) return null;
        const { x, y } = scene.seen({ x: other.at[0], y: other.at[1] });
        return (
          <div key={other.id} className="other-pointer" aria-hidden style={{ color: colourOf(other), transform: `translate(${x}px, ${y}px) scale(${1 / zoom})` }}>
            <svg width="16" height="20" viewBox="0 0 16 20"><path d="M1 1v15l4-4 3 7 2.500-1-3-7h6z" fill="currentColor" stroke="#fff" /></svg>
            <span style={{ background: colourOf(other) }}>{other.name}</span>
          </div>
        );
      })}
    </ViewportPortal>
  );
}

/** Who is here, in words. */
export function Present() {
  const others = useOthers();
  if (others.length === 0) return null;
  return (
    <span className="present" title="They work on this network too. Both see each other's changes.">
      {others.map((other) => (
        <span key={other.id}><i style={{ background: colourOf(other) }} />{other.name}</span>
      ))}
      {others.length === 1 ? " is here too" : " are here too"}
    </span>
  );
}
