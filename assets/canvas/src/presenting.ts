/** What the rest of the page gives way to: the network alone for a projector, and a canvas without settings beside it. */
import { useEffect, useState } from "react";

/** Whether nothing but the network is shown: on the whole screen where the browser allows it, else on the whole window. Esc leaves. */
export function usePresenting(place: React.RefObject<HTMLElement | null>): [boolean, (presenting: boolean) => void] {
  const [presenting, setPresenting] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!presenting || !element) return;
    const leave = () => setPresenting(false);
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopImmediatePropagation();
      leave();
    };
    const changed = () => document.fullscreenElement || leave();
    document.addEventListener("keydown", key, { capture: true });
    document.addEventListener("fullscreenchange", changed);
    element.requestFullscreen?.().catch(() => undefined);
    return () => {
      document.removeEventListener("keydown", key, { capture: true });
      document.removeEventListener("fullscreenchange", changed);
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, [place, presenting]);
  return [presenting, setPresenting];
}

/** Whether the settings stand beside the canvas. The page around it reads the mark (page.css). */
export function useAside(aside: boolean): void {
  useEffect(() => {
    document.documentElement.dataset.layerloomSettings = aside ? "open" : "folded";
    return () => {
      delete document.documentElement.dataset.layerloomSettings;
    };
  }, [aside]);
}
