/** The colours of the page as Streamlit's CSS variables give them. */
import type { Theme } from "./figure";

const COLOURS = ["#0072b2", "#d55e00", "#00855f", "#b3478c", "#a87800", "#5b5bd6"];

export function readTheme(place: HTMLElement): Theme {
  const style = getComputedStyle(place);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const background = read("--st-background-color", "#ffffff");
  return {
    text: read("--st-text-color", "#31333f"),
    background,
    grid: read("--st-border-color", "rgba(128,128,128,0.3)"),
    font: read("--st-font", "sans-serif"),
    dark: luminance(background) < 0.5,
    colours: colourList(read("--st-chart-categorical-colors", "")) ?? COLOURS,
  };
}

/** The colours of a comma-separated list; null when there are fewer than two, which could not tell curves apart. */
export function colourList(list: string): string[] | null {
  const found = list.match(/#[0-9a-f]{3,8}\b|[a-z]+\([^)]*\)/gi) ?? [];
  return found.length >= 2 ? [...found] : null;
}

/** Brightness of a #rrggbb or rgb(...) colour, 0 to 1; 1 for anything else. */
export function luminance(colour: string): number {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  const decimal = /^rgba?\((\d+)[ ,]+(\d+)[ ,]+(\d+)/.exec(colour);
  const [red, green, blue] = hex ? hex.slice(1).map((part) => parseInt(part, 16)) : (decimal?.slice(1).map(Number) ?? []);
  if (red === undefined || green === undefined || blue === undefined) return 1;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
