/** What Streamlit calls: on mount, after each rerun, after a change of theme; what is returned runs at unmount. */
import { type Data, LiveChart } from "./chart";

export { pictures } from "./pictures";

const charts = new WeakMap<HTMLElement, { chart: LiveChart; calls: number }>();

export function live({ data, parentElement }: { data: Data; parentElement: HTMLElement }): () => void {
  const kept = charts.get(parentElement);
  kept?.chart.update(data);
  const mounted = kept ?? { chart: new LiveChart(parentElement, data), calls: 0 };
  charts.set(parentElement, mounted);
  const call = ++mounted.calls;
  return () => {
    // A rerun while the module loads ends the first call, not the chart: only the newest call may close it.
    if (call !== mounted.calls) return;
    mounted.chart.close();
    charts.delete(parentElement);
  };
}
