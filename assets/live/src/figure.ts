/** From runs to plotly traces and layout: data in, data out. */
import type { Layout, Trace } from "plotly.js-basic-dist-min";
import { gaps, type Message, type Points, type Run } from "./curves";

export interface Theme {
  text: string;
  background: string;
  grid: string;
  font: string;
  dark: boolean;
  /** For curves, in order. */
  colours: string[];
}

/** Traces that each run has in each chart, in this order. */
const KINDS = ["batches", "training", "validation", "gaps"] as const;

/** One run: training and validation differ in colour. Several: a run has one colour, validation is dashed. */
function colour(theme: Theme, index: number, count: number, validation: boolean): string {
  return theme.colours[(count === 1 ? Number(validation) : index) % theme.colours.length]!;
}

const NOTHING: Points = [[], []];
const MOST_MARKED = 30; // epochs

/** The traces of one chart. The arrays are copies: plotly grows its own in place. */
export function traces(runs: Run[], quantity: string, theme: Theme): Trace[] {
  return runs.flatMap((run, index) => {
    const batches = run.batches[quantity] ?? NOTHING;
    const training = forked(runs, run, quantity);
    const validation = forked(runs, run, `val_${quantity}`);
    const one = runs.length === 1;
    const paint = colour(theme, index, runs.length, false);
    const paintValidation = colour(theme, index, runs.length, true);
    const alone = training[0].length < 2;
    const marks = [batches, training, validation].map(gaps);
    return [
      {
        ...line(batches, one ? "within an epoch" : run.name, { color: paint, width: 1 }),
        mode: batches[0].length < 2 ? "lines+markers" : "lines", // a line of one point is none
        opacity: 0.45,
        legendgroup: run.id,
        showlegend: false,
      },
      {
        ...line(training, one ? "training" : run.name, { color: paint, width: 2.5 }),
        mode: alone || training[0].length <= MOST_MARKED ? "lines+markers" : "lines",
        marker: { size: 6 },
        legendgroup: run.id,
      },
      {
        ...line(validation, one ? "validation" : `${run.name} (validation)`, { color: paintValidation, width: 2.5, dash: "dash" }),
        mode: validation[0].length <= MOST_MARKED ? "lines+markers" : "lines",
        marker: { size: 6, symbol: "diamond" },
        legendgroup: one ? "validation" : run.id,
        showlegend: one && validation[0].length > 0,
      },
      {
        x: marks.flatMap((found) => found.x),
        y: marks.flatMap((found) => found.y),
        type: "scatter",
        mode: "markers",
        name: "not a number",
        marker: { symbol: "x", size: 11, color: theme.dark ? "#ff6b6b" : "#c62828" },
        hovertemplate: `${escape(run.name)}: not a number (NaN) from here on<extra></extra>`,
        legendgroup: run.id,
        showlegend: one && marks.some((found) => found.x.length > 0),
      },
    ];
  });
}

/** Whether its epochs are so few that each has a mark. */
export function marked(run: Run): boolean {
  return Object.values(run.epochs).every(([x]) => x.length <= MOST_MARKED);
}

/** A curve over epochs; that of a run which continues another one shown begins at the point from which it went on. */
function forked(runs: Run[], run: Run, name: string): Points {
  const [x, y] = run.epochs[name] ?? NOTHING;
  const parent = runs.find(({ id }) => id === run.continues?.run)?.epochs[name] ?? NOTHING;
  const fork = parent[0].indexOf(run.continues?.epoch ?? 0);
  return fork < 0 || !x.length ? [x, y] : [[parent[0][fork]!, ...x], [parent[1][fork]!, ...y]];
}

function line([x, y]: Points, name: string, style: Record<string, unknown>): Trace {
  return {
    x: [...x],
    y: [...y],
    type: "scatter",
    name: escape(name),
    line: style,
    connectgaps: false,
    hovertemplate: "%{y:.4~g}",
  };
}

/** plotly reads a little HTML in names; a run's name is a person's text. */
export function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** What messages, each to the run of an index, add to a chart, for `extendTraces`; null when that is nothing. */
export function extension(
  come: { message: Message; index: number }[],
  quantity: string,
): { x: number[][]; y: (number | null)[][]; indices: number[] } | null {
  const found = new Map<number, Points>();
  for (const { message, index } of come) {
    const parts = [message.batches[quantity], message.epochs[quantity], message.epochs[`val_${quantity}`]];
    parts.forEach((points, kind) => {
      if (!points?.[0].length) return;
      const trace = index * KINDS.length + kind;
      const [x, y] = found.get(trace) ?? NOTHING;
      found.set(trace, [[...x, ...points[0]], [...y, ...points[1]]]);
    });
  }
  const added = [...found.values()];
  return added.length ? { x: added.map(([x]) => x), y: added.map(([, y]) => y), indices: [...found.keys()] } : null;
}

/** What a share such as an accuracy can be, with room for the marks at its ends. */
const SHARE = { clipmin: -0.05, clipmax: 1.05 };

/** `uirevision` is constant: the reader's zoom and hidden curves survive every redraw. `instead` stands where there is no point. */
export function layout(theme: Theme, quantity: string, log: boolean, height: number, instead = ""): Layout {
  // Without points the axes would have numbers that mean nothing.
  const axis = { gridcolor: theme.grid, zerolinecolor: theme.grid, linecolor: theme.grid, automargin: true, showticklabels: !instead };
  return {
    annotations: instead ? [{ text: instead, x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false }] : [],
    height,
    margin: { l: 48, r: 12, t: 8, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 13, color: theme.text },
    xaxis: { ...axis, title: { text: "epochs" }, rangemode: "tozero", autorangeoptions: { include: 1 } }, // a whole epoch, from the first batch on
    yaxis: {
      ...axis,
      type: log ? "log" : "linear",
      exponentformat: "power",
      ...(quantity.endsWith("accuracy") ? { autorangeoptions: SHARE } : {}),
    },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.background, font: { color: theme.text } },
    uirevision: "reader",
  };
}
