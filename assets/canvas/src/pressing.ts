/** The other button of the mouse, and a finger that rests: both ask for the menu of what is there. */

const RESTS = 500; // milliseconds
const TREMBLES = 10; // pixels

/** What was pressed: a node or an edge by its id, or neither. */
export interface Pressed {
  x: number;
  y: number;
  node?: string;
  edge?: string;
}

/** Listen on the network until the function that comes back is called. */
export function listenPresses(place: HTMLElement, ask: (pressed: Pressed) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  const tell = (event: Event, x: number, y: number) => {
    const path = event.composedPath().filter((one): one is Element => one instanceof Element);
    if (path.some((one) => one.matches("[data-dialog], .react-flow__controls, .react-flow__minimap, input"))) return false;
    const id = (kind: string) => path.find((one) => one.matches(`.react-flow__${kind}`))?.getAttribute("data-id") ?? undefined;
    ask({ x, y, node: id("node"), edge: id("edge") });
    return true;
  };
  const menu = (event: MouseEvent) => {
    stop();
    if (tell(event, event.clientX, event.clientY)) event.preventDefault();
  };
  const down = (event: PointerEvent) => {
    stop();
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = { x: event.clientX, y: event.clientY };
    const path = event.composedPath();
    if (path.some((one) => one instanceof Element && one.matches(".react-flow__handle"))) return;
    timer = setTimeout(() => tell({ ...event, composedPath: () => path } as unknown as Event, from.x, from.y), RESTS);
  };
  const move = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > TREMBLES) stop();
  };
  const stop = () => clearTimeout(timer);
  const over = new AbortController();
  const { signal } = over;
  place.addEventListener("contextmenu", menu, { signal });
  place.addEventListener("pointerdown", down, { signal, capture: true });
  place.addEventListener("pointermove", move, { signal, capture: true });
  for (const end of ["pointerup", "pointercancel"]) place.addEventListener(end, stop, { signal, capture: true });
  return () => {
    stop();
    over.abort();
  };
}
