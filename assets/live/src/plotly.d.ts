/** The part of plotly.js that the live chart uses. */
declare module "plotly.js-basic-dist-min" {
  export type Trace = Record<string, unknown>;
  export type Layout = Record<string, unknown>;
  type Update = { x: number[][]; y: (number | null)[][] };
  const Plotly: {
    react(div: HTMLElement, traces: Trace[], layout: Layout, config?: Record<string, unknown>): Promise<unknown>;
    extendTraces(div: HTMLElement, update: Update, indices: number[]): Promise<unknown>;
    relayout(div: HTMLElement, update: Layout): Promise<unknown>;
    purge(div: HTMLElement): void;
    Plots: { resize(div: HTMLElement): void };
  };
  export default Plotly;
}
