/** Keys of the canvas. They are heard on the document while the canvas was used last: after Delete, focus is on the body. */
import type { Actions } from "./actions";
import type { Session } from "./session";
import type { Edge } from "./wire";

export interface Reach {
  place: HTMLElement;
  session: Session;
  actions: Actions;
  selectedEdges(): Edge[];
}

/** Listen until the function that comes back is called. */
export function listen({ place, session, actions, selectedEdges }: Reach): () => void {
  let ours = false;
  const inside = (event: Event) => event.composedPath().includes(place);
  const notice = (event: Event) => {
    ours = inside(event);
  };
  const concerns = (event: Event) => ours && !isText(event.composedPath()[0]);

  const key = (event: KeyboardEvent) => {
    if (!concerns(event) || event.defaultPrevented) return;
    const act = command(event, session, actions, selectedEdges);
    if (!act) return;
    event.preventDefault();
    act();
  };
  // Streamlit reads plain r and c anywhere on the page; from in here they are only letters.
  const letter = (event: KeyboardEvent) => {
    const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain) event.stopPropagation();
  };
  const copy = (event: ClipboardEvent) => {
    const text = concerns(event) ? actions.copy() : null;
    if (text === null) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") actions.remove([]);
  };
  const paste = (event: ClipboardEvent) => {
    if (concerns(event) && actions.paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
  };

  const stop = new AbortController();
  const { signal } = stop;
  document.addEventListener("pointerdown", notice, { signal, capture: true });
  document.addEventListener("focusin", notice, { signal, capture: true });
  document.addEventListener("keydown", key, { signal });
  document.addEventListener("copy", copy, { signal });
  document.addEventListener("cut", copy, { signal });
  document.addEventListener("paste", paste, { signal });
  place.addEventListener("keydown", letter, { signal });
  return () => stop.abort();
}

function command(event: KeyboardEvent, session: Session, actions: Actions, selectedEdges: () => Edge[]): (() => void) | null {
  if (event.key === "Delete" || event.key === "Backspace") return () => actions.remove(selectedEdges());
  if (event.key === "Escape") return () => (session.selected.length ? session.select([]) : actions.leave((session.status?.path.length ?? 0) - 1));
  if (!event.ctrlKey && !event.metaKey) return null;
  switch (event.key.toLowerCase()) {
    case "z":
      return () => session.history(event.shiftKey ? "redo" : "undo");
    case "y":
      return () => session.history("redo");
    case "a":
      return () => actions.selectAll();
    case "d":
      return () => actions.duplicate();
    case "g":
      return () => (event.shiftKey ? actions.unfold() : actions.fold());
    default:
      return null;
  }
}

function isText(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (/^(input|textarea|select)$/i.test(target.tagName) || target.isContentEditable);
}
