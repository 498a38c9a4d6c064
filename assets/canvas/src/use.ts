/** Hooks over a Session. */
import { createContext, useContext, useReducer, useSyncExternalStore, useEffect } from "react";
import type { Colours, Painted } from "./colours";
import type { Direction } from "./direction";
import type { Look } from "./families";
import type { Scene } from "./expansion";
import type { Route } from "./route";
import type { Session } from "./session";
import type { Edge, NodeView } from "./wire";

export interface Surroundings {
  session: Session;
  looks: Map<string, Look>;
  colours: Colours;
  direction: Direction;
  /** The connection whose end is being dragged elsewhere. */
  lifted: { current: Edge | null };
}

export const Here = createContext<Surroundings | null>(null);

export function useHere(): Surroundings {
  const here = useContext(Here);
  if (!here) throw new Error("This part of the canvas stands outside of it.");
  return here;
}

/** The ways of all connections around the layers. */
export const Routes = createContext<ReadonlyMap<string, Route>>(new Map());

/** One node, painted anew only when it has changed itself. */
export function useNode(key: string): NodeView | undefined {
  const { session } = useHere();
  return useSyncExternalStore(
    (listener) => session.subscribeNode(key, listener),
    () => session.node(key),
  );
}

/** The colour of one node by the measure that is chosen; undefined while none is. */
export function usePainted(key: string): Painted | undefined {
  const { colours } = useHere();
  return useSyncExternalStore(colours.subscribe, () => colours.of(key));
}

/** Where everything is seen now. */
export function useScene(): Scene {
  const { session, direction } = useHere();
  return session.sceneOf(direction);
}

/** Paint anew whenever anything of the session changes. */
export function useSession(session: Session): void {
  const [, paint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.subscribe(paint), [session]);
}
