/** The network as a picture to keep: SVG of all of it or of what is seen, in the colours of the canvas, and PNG of that. */
import type { Painted } from "./colours";
import { beside } from "./amounts";
import { type Direction, turned } from "./direction";
import type { Look } from "./families";
import { type Route, drawn, middle, narrow } from "./route";
import { SIZE } from "./size";
import type { NodeView } from "./wire";

/** A part of the canvas, in pixels at zoom 1. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Colouring {
  paper: string;
  ink: string;
  error: string;
}

/** One node as it is to be drawn; a frame is drawn before what lies in it. */
export interface Drawn {
  at: { x: number; y: number };
  size: { width: number; height: number };
  frame: boolean;
  node: NodeView;
  look: Look | undefined;
  painted: Painted | undefined;
}

/** A connection as it is to be drawn, with the shape that it carries. */
export interface Way {
  route: Route;
  shape: string;
}

const ROOM = 26; // pixels that the text on a connection needs
const STRIPE = 6;
const MARK = 18;
const LARGEST = { side: 32_000, area: 80e6 }; // pixels: more than this some browser does not paint
const SHARP = 2; // pixels of a PNG for one of the canvas

/** How wide a text is, in pixels; `size` in pixels. */
export type Measure = (text: string, size: number, strong: boolean) => number;

export function svg(area: Area, nodes: readonly Drawn[], lines: readonly Way[], direction: Direction, colours: Colouring, measure: Measure): string {
  const { x, y, width, height } = area;
  const inside = nodes.filter(({ at, size }) => at.x < x + width && at.x + size.width > x && at.y < y + height && at.y + size.height > y);
  const paths = lines.map(({ route }) => `<path d="${drawn(route, direction)}" marker-start="url(#dot)" marker-end="url(#arrow)"/>`);
  const shapes = lines.map(({ route, shape }) => {
    const at = middle(route, direction);
    const turned = narrow(route, direction) ? ` transform="rotate(-90 ${at.x} ${at.y})"` : "";
    return shape && roomy(route) ? `<text x="${at.x}" y="${at.y}"${turned}>${escaped(shape)}</text>` : "";
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} ${y} ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif">`,
    `<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5 0 10z" fill="${colours.ink}" fill-opacity="0.5"/></marker><marker id="dot" viewBox="-12 -6 12 12" refX="0" refY="0" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto"><circle cx="-6" r="4" fill="${colours.ink}"/></marker></defs>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colours.paper}"/>`,
    ...inside.filter(({ frame }) => frame).map((one) => frameOf(one, colours, measure)),
    `<g fill="none" stroke="${colours.ink}" stroke-opacity="0.5" stroke-width="1.5">${paths.join("")}</g>`,
    `<g fill="${colours.ink}" stroke="${colours.paper}" stroke-width="4" stroke-linejoin="round" paint-order="stroke" font-size="11" text-anchor="middle" dominant-baseline="central">${shapes.join("")}</g>`,
    ...inside.filter(({ frame }) => !frame).map((one) => box(one, colours, measure)),
    "</svg>",
  ].join("\n");
}

function frameOf({ at, size: { width, height }, node, look }: Drawn, { paper, ink }: Colouring, measure: Measure): string {
  const family = look?.colour ?? "#666";
  return [
    `<g transform="translate(${at.x} ${at.y})">`,
    `<rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="10" fill="${paper}"/>`,
    `<rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="10" fill="${family}" fill-opacity="0.06" stroke="${family}" stroke-width="2"/>`,
    `<text x="14" y="26" font-size="14" font-weight="600" fill="${ink}">${escaped(clipped(`${node.id}  ${node.summary}`, width - 28, 14, true, measure))}</text>`,
    "</g>",
  ].join("");
}

function box({ at, node, look, painted }: Drawn, { paper, ink, error }: Colouring, measure: Measure): string {
  const family = look?.colour ?? "#666";
  const fill = painted?.colour || paper;
  const text = painted?.colour ? painted.ink : ink;
  const edge = node.troubles.some(({ severity }) => severity === "error") ? error : ink;
  const [left, right] = [14, SIZE.width - 10];
  const type = clipped(node.layer.type, right - left - MARK - 6, 14, true, measure);
  const spare = right - left - MARK - 14 - measure(type, 14, true);
  const facts = painted ? painted.text : beside(node);
  const room = right - left - 18 - measure(facts, 12, false);
  const write = (x: number, y: number, words: string, size: number, more = "") =>
    words ? `<text x="${x}" y="${y}" font-size="${size}" fill="${text}" ${more}>${escaped(words)}</text>` : "";
  return [
    `<g transform="translate(${at.x} ${at.y})">`,
    `<rect x="0.5" y="0.5" width="${SIZE.width - 1}" height="${SIZE.height - 1}" rx="8" fill="${escaped(fill)}" stroke="${edge}" stroke-opacity="${edge === error ? 1 : 0.35}"/>`,
    `<path d="M${STRIPE} 0.500H8A8 8 0 0 0 0.500 8V${SIZE.height - 8}A8 8 0 0 0 8 ${SIZE.height - 0.5}H${STRIPE}z" fill="${family}"/>`,
    look ? `<rect x="${left}" y="10" width="${MARK}" height="${MARK}" rx="4" fill="${family}"/><path transform="translate(${left + 2} 12) scale(0.875)" d="${look.mark}" fill="none" stroke="#fff" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/>` : "",
    write(left + MARK + 6, 24, type, 14, 'font-weight="600"'),
    write(right, 24, clipped(node.id, spare, 12, false, measure), 12, 'text-anchor="end" fill-opacity="0.75"'),
    write(left, 47, clipped(node.summary, right - left, 13, false, measure), 13),
    write(left, 71, node.shape ? `→ ${clipped(node.shape, room, 12, false, measure)}` : "", 12),
    write(right, 71, facts, 12, 'text-anchor="end" fill-opacity="0.75"'),
    "</g>",
  ].join("");
}

/** The text, cut with an ellipsis where it is wider than `room`. */
export function clipped(text: string, room: number, size: number, strong: boolean, measure: Measure): string {
  if (measure(text, size, strong) <= room) return text;
  let kept = text.length;
  while (kept > 0 && measure(`${text.slice(0, kept)}…`, size, strong) > room) kept -= 1;
  return kept > 0 ? `${text.slice(0, kept)}…` : "";
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function roomy({ from, to }: Route): boolean {
  return Math.abs(to.y - from.y) > ROOM;
}

/** What the bends of a connection take up. */
export function bends({ lane }: Route, direction: Direction): Pick<Drawn, "at" | "size">[] {
  return lane.map((point) => ({ at: direction === "down" ? point : turned(point), size: { width: 0, height: 0 } }));
}

/** Around all that is drawn, with a margin. */
export function around(nodes: readonly Pick<Drawn, "at" | "size">[], margin = 32): Area {
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - margin;
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) + margin;
  const [x, y] = [least(nodes.map(({ at }) => at.x)), least(nodes.map(({ at }) => at.y))];
  const [right, bottom] = [most(nodes.map(({ at, size }) => at.x + size.width)), most(nodes.map(({ at, size }) => at.y + size.height))];
  return { x, y, width: right - x, height: bottom - y };
}

/** The browser's own measure of a text. */
export function measured(): Measure {
  const pen = document.createElement("canvas").getContext("2d");
  return (text, size, strong) => {
    if (!pen) return text.length * size * 0.56;
    pen.font = `${strong ? 600 : 400} ${size}px sans-serif`;
    return pen.measureText(text).width;
  };
}

/** The same picture in pixels. */
export async function png(drawing: Blob, { width, height }: Area): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(drawing);
  try {
    image.src = address;
    await image.decode();
  } finally {
    URL.revokeObjectURL(address);
  }
  const scale = Math.min(SHARP, LARGEST.side / width, LARGEST.side / height, Math.sqrt(LARGEST.area / width / height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for the browser."))), "image/png"));
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
