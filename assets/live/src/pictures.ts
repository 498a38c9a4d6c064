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

// Pixels on screen: of the longer side of a picture, of all rows together, and between two pictures.
const SMALLEST = 64;
const LARGEST = 208;
const HIGH = 440;
const GAP = 10;

/**
 * How many screen pixels each value gets: a whole number, so that nothing is blurred; as many as `count` pictures have
 * room for in the width `room`.
 */
export function magnification(width: number, height: number, count: number, room: number): number {
  const side = Math.max(width, height);
  const fits = (times: number) => {
    const columns = Math.max(1, Math.floor((room + GAP) / (width * times + GAP)));
    return side * times <= LARGEST && width * times <= room && Math.ceil(count / columns) * (height * times + GAP) <= HIGH;
  };
  let times = Math.max(1, Math.round(SMALLEST / side));
  while (fits(times + 1)) times += 1;
  return times;
}

/** Where picture number `index` stands in the sprite, as a CSS background position. */
export function position(index: number, { columns, width, height }: PicturesData, times: number): string {
  const [row, column] = [Math.floor(index / columns), index % columns];
  return `${-column * width * times}px ${-row * height * times}px`;
}

const STYLE = `
.ll-pictures { display: flex; flex-wrap: wrap; gap: ${GAP - 4}px; }
.ll-pictures button { padding: 0; border: 2px solid var(--st-border-color); border-radius: 3px; cursor: zoom-in; image-rendering: pixelated; box-sizing: content-box; }
.ll-pictures button:hover, .ll-pictures button:focus-visible { border-color: var(--st-text-color); outline: none; }
.ll-pictures button[aria-pressed="true"] { border-color: var(--st-primary-color); box-shadow: 0 0 0 2px var(--st-primary-color); }
.ll-scale { display: flex; align-items: center; gap: 0.5rem; margin-top: 0.6rem; font: 0.85rem var(--st-font); color: var(--st-text-color); }
.ll-scale span[role="img"] { width: 12rem; height: 0.7rem; border: 1px solid var(--st-border-color); }
`;

interface Grid {
  root: HTMLElement;
  selected: number;
  /** Fits the pictures into the room that there is. */
  lay(): void;
  watcher: ResizeObserver;
}

const grids = new WeakMap<HTMLElement, Grid>();

export function pictures({ data, parentElement, setStateValue }: Call): () => void {
  const kept = grids.get(parentElement) ?? begin(parentElement, data.selected);
  grids.set(parentElement, kept);
  const [grid, scale] = [kept.root.children[1] as HTMLElement, kept.root.children[2] as HTMLElement];
  while (grid.children.length > data.labels.length) grid.lastElementChild!.remove();
  while (grid.children.length < data.labels.length) grid.append(element("button", "", { type: "button" }));
  data.labels.forEach((label, index) => {
    const button = grid.children[index] as HTMLButtonElement;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(index === kept.selected));
    button.style.backgroundImage = `url(${data.sprite})`;
    button.onclick = () => {
      kept.selected = index === kept.selected ? -1 : index;
      [...grid.children].forEach((other, place) => other.setAttribute("aria-pressed", String(place === kept.selected)));
      setStateValue("picked", kept.selected);
    };
  });
  kept.lay = () => lay(grid, data);
  kept.lay();
  paintScale(scale, data.scale);
  return () => {
    if (parentElement.isConnected) return;
    kept.watcher.disconnect();
    kept.root.remove();
    grids.delete(parentElement);
  };
}

function begin(parent: HTMLElement, selected: number): Grid {
  const root = mount(parent);
  const grid: Grid = { root, selected, lay: () => undefined, watcher: new ResizeObserver(() => grid.lay()) };
  grid.watcher.observe(root);
  return grid;
}

function lay(grid: HTMLElement, data: PicturesData): void {
  const { width, height, columns, labels } = data;
  const times = magnification(width, height, labels.length, grid.clientWidth);
  ([...grid.children] as HTMLElement[]).forEach((button, index) =>
    Object.assign(button.style, {
      width: `${width * times}px`,
      height: `${height * times}px`,
      backgroundSize: `${columns * width * times}px auto`,
      backgroundPosition: position(index, data, times),
    }),
  );
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
