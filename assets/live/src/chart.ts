/** The live chart: status lines, and one plotly chart for each quantity. */
import Plotly from "plotly.js-basic-dist-min";
import { absorb, begun, type Message, newRun, type Origin, quantities, type Run } from "./curves";
import { extension, layout, marked, type Theme, traces } from "./figure";
import { Pace } from "./pace";
import { Stream } from "./stream";
import { element, STYLE } from "./style";
import { readTheme } from "./theme";
import { announcement, divergence, emptyText, progress, statusText, title } from "./words";

/** What Python sends. */
export interface Data {
  path: string;
  height: number;
  runs: { id: string; name: string; token: string; over?: boolean; continues?: Origin | null }[];
}

const MOST_FRESH = 500; // messages; a tab in the background draws nothing, for hours perhaps

const CONFIG = {
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};

export class LiveChart {
  private readonly root = element("section", "ll-live", { "aria-label": "Training curves" });
  private readonly lines = element("div", "ll-lines");
  private readonly warning = element("div", "ll-warning", { role: "alert" });
  private readonly spoken = element("div", "ll-spoken", { role: "status", "aria-live": "polite" });
  private readonly connection = element("span", "ll-connection", { role: "status" });
  private readonly hint = element("span", "ll-hint");
  private readonly grid = element("div", "ll-grid");
  private readonly logBox = element("input", "", { type: "checkbox" });
  private readonly charts = new Map<string, HTMLElement>();
  /** The grid changes its columns when a chart comes or the sidebar goes; plotly itself sees only the window. */
  private readonly sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) if (target.querySelector(".main-svg")) Plotly.Plots.resize(target as HTMLElement);
  });
  private runs: Run[] = [];
  private stream: Stream | null = null;
  private theme: Theme;
  private shape = "";
  /** What has been taken in and not been drawn yet. */
  private fresh: { message: Message; index: number }[] = [];
  private anew = false;
  private readonly pace = new Pace(() => this.show());

  constructor(
    private readonly parent: HTMLElement,
    private data: Data,
  ) {
    this.theme = readTheme(parent);
    const label = element("label", "ll-log");
    label.append(this.logBox, " logarithmic loss");
    const tools = element("div", "ll-tools");
    tools.append(label, this.hint, this.connection);
    const style = element("style", "");
    style.textContent = STYLE;
    this.root.append(style, this.lines, this.warning, tools, this.grid, this.spoken);
    parent.append(this.root);
    this.logBox.addEventListener("change", () => {
      const chart = this.charts.get("loss");
      if (chart) void Plotly.relayout(chart, { "yaxis.type": this.logBox.checked ? "log" : "linear", "yaxis.autorange": true });
    });
    this.start();
  }

  /** Streamlit calls again after each rerun and each change of theme; the same runs keep their stream and curves. */
  update(data: Data): void {
    const before = shapeOf(this.data);
    this.data = data;
    this.theme = readTheme(this.parent);
    if (shapeOf(data) !== before) {
      this.stream?.close();
      this.start();
      return;
    }
    data.runs.forEach(({ name }, index) => (this.runs[index]!.name = name));
    this.draw();
  }

  close(): void {
    this.stream?.close();
    this.pace.close();
    this.sizes.disconnect();
    for (const chart of this.charts.values()) Plotly.purge(chart);
    this.root.remove();
  }

  private start(): void {
    const known = new Map(this.runs.map((run) => [run.id, run]));
    this.runs = this.data.runs.map(({ id, name, token, over, continues }) => {
      const run = known.get(id) ?? newRun(id, name, token, continues ?? null);
      if (!over) run.over = false; // it goes on, though it had ended
      return run;
    });
    this.draw();
    const path = new URL(this.data.path, document.baseURI).href;
    this.stream = new Stream(
      path,
      this.runs,
      (message) => this.take(message),
      (connected) => {
        this.connection.textContent = connected ? "" : "The connection is lost; trying again. The training goes on.";
        if (connected) this.pace.ask();
      },
    );
  }

  private take(message: Message): void {
    const index = this.runs.findIndex((run) => run.id === message.run);
    const run = this.runs[index];
    if (!run) return;
    this.anew = absorb(run, message) || this.anew || this.fresh.length >= MOST_FRESH;
    if (this.anew) this.fresh = [];
    else this.fresh.push({ message, index });
    this.pace.ask();
  }

  private show(): void {
    if (this.anew || this.frame() !== this.shape) this.draw();
    else this.extend();
    this.tell();
  }

  private extend(): void {
    for (const [quantity, chart] of this.charts) {
      const more = extension(this.fresh, quantity);
      if (more) void Plotly.extendTraces(chart, { x: more.x, y: more.y }, more.indices);
    }
    this.fresh = [];
  }

  private draw(): void {
    const wanted = quantities(this.runs);
    const instead = this.instead();
    this.shape = this.frame();
    this.anew = false;
    this.fresh = [];
    for (const [quantity, chart] of this.charts) {
      if (wanted.includes(quantity)) continue;
      Plotly.purge(chart);
      chart.parentElement?.remove();
      this.charts.delete(quantity);
    }
    for (const quantity of wanted) {
      const log = quantity === "loss" && this.logBox.checked;
      const chart = this.charts.get(quantity) ?? this.add(quantity);
      void Plotly.react(chart, traces(this.runs, quantity, this.theme), layout(this.theme, quantity, log, this.data.height, instead), CONFIG);
    }
    this.tell();
  }

  private instead(): string {
    return this.runs.some(begun) ? "" : emptyText(this.runs);
  }

  /** What a message that only extends the curves leaves as it is. */
  private frame(): string {
    return [...quantities(this.runs), this.instead(), ...this.runs.map(marked)].join();
  }

  private add(quantity: string): HTMLElement {
    const figure = element("figure", "ll-figure", { "data-quantity": quantity });
    const caption = element("figcaption", "");
    caption.textContent = title(quantity);
    const chart = element("div", "ll-chart", { role: "group", "aria-label": `Curves over the epochs: ${title(quantity)}` });
    figure.append(caption, chart);
    this.grid.append(figure);
    this.charts.set(quantity, chart);
    this.sizes.observe(chart);
    return chart;
  }

  private tell(): void {
    const several = this.runs.length > 1;
    this.lines.replaceChildren(
      ...this.runs.map((run, index) => {
        const line = element("div", "ll-line", { "data-state": run.status?.state ?? "loading" });
        const done = element("progress", "", { max: "1", "aria-label": `Progress of ${run.name}` });
        done.value = run.status ? progress(run.status) : 0;
        const name = element("strong", "");
        name.textContent = several ? run.name : "";
        if (several) name.style.color = this.theme.colours[index % this.theme.colours.length]!;
        const text = element("span", "ll-status");
        text.textContent = statusText(run);
        line.append(...(several ? [name] : []), text, done);
        return line;
      }),
    );
    const zoom = "Drag to zoom, double-click to see everything again.";
    say(this.hint, several ? `Solid lines: training; dashed lines: validation. ${zoom}` : zoom);
    say(this.warning, this.runs.map(divergence).filter(Boolean).join("\n"));
    say(this.spoken, this.runs.map(announcement).join("; "));
  }
}

/** Only a change is written, or a screen reader would repeat itself. */
function say(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

function shapeOf(data: Data): string {
  return JSON.stringify([data.path, data.runs.map(({ id, token, over }) => [id, token, over ?? false])]);
}
