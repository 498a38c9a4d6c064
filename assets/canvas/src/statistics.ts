/** How each layer of a run is doing while it trains; runtime/statistics.py says how it is measured. */
import { isInstance } from "./actions";
import type { Doc } from "./document";

/** Of one layer; a part that it does not have (no ReLU, no weights) is left out. */
export interface LayerStatistics {
  mean?: number;
  spread?: number;
  dead?: number;
  gradient?: number;
  change?: number;
}

export interface RunStatistics {
  run: string;
  name: string;
  /** Epochs done. */
  epoch: number;
  live: boolean;
  layers: Readonly<Record<string, LayerStatistics>>;
}

/** What the layers of the model come to at each node that is shown, within the instances that are open. */
export function statisticsOf(statistics: RunStatistics, path: readonly string[], doc: Doc): Map<string, LayerStatistics> {
  const names = Object.keys(statistics.layers);
  let prefix = "";
  for (const instance of path) {
    const numbered = `${prefix}${instance}_1_`; // of a repeated one the first is shown
    prefix = names.some((name) => name.startsWith(numbered)) ? numbered : `${prefix}${instance}_`;
  }
  const instances = [...doc.values()].filter(isInstance).map((node) => node.id);
  instances.sort((a, b) => b.length - a.length); // unit_2_conv belongs to unit_2 rather than to unit
  const found = new Map<string, LayerStatistics[]>();
  for (const full of names) {
    if (!full.startsWith(prefix)) continue;
    const name = full.slice(prefix.length);
    const key = doc.has(name) ? name : instances.find((instance) => name.startsWith(`${instance}_`));
    const layer = statistics.layers[full];
    if (key !== undefined && layer) found.set(key, [...(found.get(key) ?? []), layer]);
  }
  return new Map([...found].map(([key, inside]) => [key, together(inside)]));
}

/** Of several layers: means of shares and activations, the length of all gradients laid end to end. */
function together(inside: readonly LayerStatistics[]): LayerStatistics {
  if (inside.length === 1 && inside[0]) return inside[0];
  const all = (key: keyof LayerStatistics) => inside.flatMap((layer) => layer[key] ?? []);
  const mean = (key: keyof LayerStatistics) => (all(key).length ? { [key]: all(key).reduce((sum, one) => sum + one, 0) / all(key).length } : {});
  const gradient = all("gradient").length ? { gradient: Math.hypot(...all("gradient")) } : {};
  return { ...mean("mean"), ...mean("spread"), ...mean("dead"), ...mean("change"), ...gradient };
}

/** Ask for the statistics of the project's newest run once a second, until the function that comes back is called. */
export function follow(address: string, take: (statistics: RunStatistics | null) => void): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout>;
  const look = async () => {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(new URL(address, document.baseURI), { cache: "no-store" });
        const statistics: RunStatistics | null = answer.ok && answer.status !== 204 ? await answer.json() : null;
        if (!stopped) take(statistics);
      } catch {
        // The pulse tells of a server that does not answer.
      }
    }
    if (!stopped) timer = setTimeout(look, EVERY);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

const EVERY = 1000; // milliseconds
