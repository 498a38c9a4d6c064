/** A grid of small, crisp pictures out of one sprite; each is a button that enlarges it. */
import { element } from "./style";

export interface PicturesData {
  sprite: string;
  columns: number;
  width: number;
  height: number;
  labels: string[];
  /** The one that is enlarged when the grid appears; afterwards the grid knows it better than the server. */
  selected: number;
  scale: { gradient: string; low: string; high: string } | null;
}

interface Call {
  data: PicturesData;
  parentElement: HTMLElement;
  setStateValue(name: string, value: unknown): void;
}

const SIDE = 64; // pixels on screen that a small picture should about have

/** A whole number of screen pixels for each value, so that nothing is blurred. */
export function magnification(width: number, height: number): number {
  return Math.max(1, Math.round(SIDE / Math.max(width, height)));
}

/** Where picture number `index` stands in the sprite, as a CSS background position. */
export function position(index: number, { columns, width, height }: PicturesData, times: number): string {
  const [row, column] = [Math.floor(index / columns), index % columns];
  return `${-column * width * times}px ${-row * height * times}px`;
}

const STYLE = `
.ll-pictures { display: flex; flex-wrap: wrap; gap: 6px; }
.ll-pictures button { padding: 0; border: 2px solid var(--st-border-color); border-radius: 3px; cursor: zoom-in; image-rendering: pixelated; box-sizing: content-box; }
.ll-pictures button:hover, .ll-pictures button:focus-visible { border-color: var(--st-text-color); outline: none; }
.ll-pictures button[aria-pressed="true"] { border-color: var(--st-primary-color); box-shadow: 0 0 0 2px var(--st-primary-color); }
.ll-scale { display: flex; align-items: center; gap: 0.5rem; margin-top: 0.6rem; font: 0.85rem var(--st-font); color: var(--st-text-color); }
.ll-scale span[role="img"] { width: 12rem; height: 0.7rem; border: 1px solid var(--st-border-color); }
`;

const grids = new WeakMap<HTMLElement, { root: HTMLElement; selected: number }>();

export function pictures({ data, parentElement, setStateValue }: Call): () => void {
  const kept = grids.get(parentElement) ?? { root: mount(parentElement), selected: data.selected };
  grids.set(parentElement, kept);
  const [grid, scale] = [kept.root.children[1] as HTMLElement, kept.root.children[2] as HTMLElement];
  while (grid.children.length > data.labels.length) grid.lastElementChild!.remove();
  while (grid.children.length < data.labels.length) grid.append(element("button", "", { type: "button" }));
  const times = magnification(data.width, data.height);
  data.labels.forEach((label, index) => {
    const button = grid.children[index] as HTMLButtonElement;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(index === kept.selected));
    Object.assign(button.style, {
      width: `${data.width * times}px`,
      height: `${data.height * times}px`,
      backgroundImage: `url(${data.sprite})`,
      backgroundSize: `${data.columns * data.width * times}px auto`,
      backgroundPosition: position(index, data, times),
    });
    button.onclick = () => {
      kept.selected = index === kept.selected ? -1 : index;
      [...grid.children].forEach((other, place) => other.setAttribute("aria-pressed", String(place === kept.selected)));
      setStateValue("picked", kept.selected);
    };
  });
  paintScale(scale, data.scale);
  return () => {
    if (parentElement.isConnected) return;
    kept.root.remove();
    grids.delete(parentElement);
  };
}

function mount(parent: HTMLElement): HTMLElement {
  const root = element("div", "");
  const style = element("style", "");
  style.textContent = STYLE;
  root.append(style, element("div", "ll-pictures", { role: "group" }), element("div", "ll-scale"));
  parent.append(root);
  return root;
}

function paintScale(place: HTMLElement, scale: PicturesData["scale"]): void {
  if (!scale) return place.replaceChildren();
  const bar = element("span", "", { role: "img", "aria-label": `Colour scale from ${scale.low} to ${scale.high}` });
  bar.style.background = scale.gradient;
  place.replaceChildren(scale.low, bar, scale.high);
}
