/** Keys of the canvas. They are heard on the document while the canvas was used last: after Delete, focus is on the body. */
import type { Actions } from "./actions";
import { type Reach, ofKey } from "./commands";
import type { Session } from "./session";

/** Listen until the function that comes back is called. */
export function listen(place: HTMLElement, actions: Actions, reach: () => Reach): () => void {
  let ours = false;
  const inside = (event: Event) => event.composedPath().includes(place);
  const notice = (event: Event) => {
    ours = inside(event);
  };
  const concerns = (event: Event) => ours && !isText(event.composedPath()[0]);

  const key = (event: KeyboardEvent) => {
    if (!concerns(event) || event.defaultPrevented) return;
    const command = ofKey(event);
    if (!command) return;
    event.preventDefault();
    const { session } = reach();
    if (session.doing && told.has(session.doing)) session.doing.stop();
    const why = command.why(reach());
    if (why === null) command.run(reach());
    else if (command.name !== "none") tell(session, `${command.label.replace("...", "")}: ${why}`);
  };
  // Streamlit reads plain r and c anywhere on the page; from in here no plain letter gets there.
  const letter = (event: KeyboardEvent) => {
    const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain) return;
    // A tree is searched by letters, and so is a list that has opened over the canvas.
    if (event.key === "?" || !(event.target instanceof Element && event.target.closest("[role=tree], [data-dialog]"))) key(event);
    event.stopPropagation();
  };
  const copy = (event: ClipboardEvent) => {
    const text = concerns(event) ? actions.copy() : null;
    if (text === null) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") actions.remove();
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
  // Where React listens too, so that the tree hears its letters before they end here.
  (place.parentElement ?? place).addEventListener("keydown", letter, { signal });
  return () => stop.abort();
}

const SHOWN_FOR = 4_000; // milliseconds

/** Say in the status line why a key does nothing. */
function tell(session: Session, words: string): void {
  if (session.doing) return;
  const doing = { words, stop: () => session.work(null) };
  told.add(doing);
  session.work(doing);
  setTimeout(() => session.doing === doing && session.work(null), SHOWN_FOR);
}

const told = new WeakSet<object>();

function isText(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (/^(input|textarea|select)$/i.test(target.tagName) || target.isContentEditable);
}
