/** Functions that stay the same from one drawing to the next. */
import { useRef, useState } from "react";

/**
 * Functions, each of which always does what the newest of its name does. React Flow tells every node and every connection of a
 * function that is new: with a thousand of them, a dozen new functions for each movement of the mouse are most of its work.
 */
export function useSteady<Functions extends object>(functions: Functions): Functions {
  const newest = useRef(functions);
  newest.current = functions;
  return useState(() => steady(newest))[0];
}

function steady<Functions extends object>(newest: { current: Functions }): Functions {
  const call = (name: string) => (...given: unknown[]) => (newest.current as Record<string, (...given: unknown[]) => unknown>)[name]?.(...given);
  return Object.fromEntries(Object.keys(newest.current).map((name) => [name, call(name)])) as Functions;
}
