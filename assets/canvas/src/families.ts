/** A colour and a mark for each family: the mark tells them apart without the colour. Colours after Okabe and Ito. */
import type { Palette } from "./wire";

const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A6761D", "#666666"];
const MARKS = ["●", "▦", "▼", "≈", "◌", "⇄", "⊕", "↻", "◎", "ƒ", "★", "◆"];

export interface Look {
  colour: string;
  mark: string;
}

export function looks({ families }: Palette): Map<string, Look> {
  return new Map(
    Object.keys(families).map((family, index) => [
      family,
      { colour: COLOURS[index % COLOURS.length] ?? "", mark: MARKS[index % MARKS.length] ?? "" },
    ]),
  );
}
