/**
 * A tidy picture: layers in rows, each below all that leads to it.
 *
 * Why neither dagre nor elkjs. Width in pixels, and seconds of a processor, of the networks layer by layer (97, 32, 177, 1,041 layers):
 *
 *                GoogLeNet        U-Net         ResNet-50     NASNetLarge
 *     dagre      1,472  0.09 s    484  0.06 s   464  0.14 s    5,740  1.8 s
 *     elkjs      2,645  0.52 s    353  0.11 s   464  0.35 s   10,157  2.0 s
 *     rows.ts    1,292  0.01 s    212  0.01 s   452  0.01 s    4,688  0.3 s
 *
 * In the pictures dagre's trunk runs in zigzags and elkjs's wanders off diagonally; in rows.ts it is straight, with the modules around
 * it. It is also what templates and imports are laid out by before any browser sees them (builder/edits/arranging.py), so that to tidy
 * one of these changes nothing. Bends of connections are not asked of it: route.ts leads them around layers wherever a person puts these.
 */
import { type Doc, edgesOf } from "./document";
import { inRows } from "./rows";
import type { Place } from "./wire";

/**
 * Places for all layers, or for the `chosen` ones, whose middle then stays where it was. The picture does not jump: most layers
 * stand where they stood before, if they stood in a tidy picture already.
 */
export function tidy(doc: Doc, chosen: readonly string[] = []): Place[] {
  const some = new Set(chosen.length > 1 ? chosen : doc.keys());
  const nodes = [...doc.values()].filter(({ key }) => some.has(key));
  const arrows = edgesOf(doc).filter(({ source, target }) => some.has(source) && some.has(target));
  const found = inRows(nodes.map(({ key }) => key), arrows.map(({ source, target }) => [source, target]));
  const places = nodes.map((node) => ({ node, to: found.get(node.key) ?? node }));
  const shift = { x: median(places.map(({ node, to }) => node.x - to.x)), y: median(places.map(({ node, to }) => node.y - to.y)) };
  return places.map(({ node, to }) => ({ id: node.key, x: Math.round(to.x + shift.x), y: Math.round(to.y + shift.y) }));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
