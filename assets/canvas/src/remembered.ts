/** What a person has chosen for the canvas, kept in the browser for the next visit. */
import { useCallback, useState } from "react";

/** A state that outlives the page; `first` until something has been chosen, or where the browser keeps nothing. */
export function useRemembered<Value extends string | boolean>(name: string, allowed: readonly Value[], first: Value): [Value, (value: Value) => void] {
  const key = `layerloom.canvas.${name}`;
  const [value, setValue] = useState<Value>(() => allowed.find((one) => String(one) === read(key)) ?? first);
  const choose = useCallback(
    (chosen: Value) => {
      setValue(chosen);
      try {
        localStorage.setItem(key, String(chosen));
      } catch {
        // Forbidden by the person's browser: the choice lasts as long as the page.
      }
    },
    [key],
  );
  return [value, choose];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
