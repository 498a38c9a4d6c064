/** Has a worker lay out a network. Loaded when it is first wanted. */
import type { Doc } from "./document";
import LayoutWorker from "./layout.worker?worker&inline";
import type { Place } from "./wire";

/** Places for the layers; none once it is over. */
export function arrange(doc: Doc, chosen: readonly string[], over: AbortSignal): Promise<Place[]> {
  if (over.aborted) return Promise.resolve([]);
  const worker = new LayoutWorker();
  const places = new Promise<Place[]>((resolve, reject) => {
    over.addEventListener("abort", () => resolve([]), { once: true });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`The network could not be arranged: ${message}`));
    worker.postMessage({ doc, chosen });
  });
  return places.finally(() => worker.terminate());
}
