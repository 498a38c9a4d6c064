/** A React root in each place that Streamlit gives a component, drawn again on each rerun. */
import type { ReactNode } from "react";
import { type Root, createRoot } from "react-dom/client";
import { STYLE } from "./style";

const roots = new WeakMap<HTMLElement | ShadowRoot, Root>();

/** Draw `drawn` there, if it is not drawn already, or `always`; what is returned takes it down. */
export function mount(parentElement: HTMLElement | ShadowRoot, drawn: ReactNode, always = false): () => void {
  const known = roots.get(parentElement);
  const root = known ?? begun(parentElement);
  if (!known || always) root.render(drawn);
  return () => leave(parentElement);
}

function begun(parentElement: HTMLElement | ShadowRoot): Root {
  const place = document.createElement("div");
  const style = document.createElement("style");
  style.textContent = STYLE;
  parentElement.append(style, place);
  const root = createRoot(place);
  roots.set(parentElement, root);
  return root;
}

/** Streamlit also calls a cleanup whose mount was overtaken by the next rerun; only what has left the page is taken down. */
function leave(parentElement: HTMLElement | ShadowRoot): void {
  setTimeout(() => {
    if (parentElement.isConnected) return;
    roots.get(parentElement)?.unmount();
    roots.delete(parentElement);
  });
}
