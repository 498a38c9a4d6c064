/** A colour and a mark for each family: the mark tells them apart without the colour. Colours after Okabe and Ito. */
import type { Palette } from "./wire";

export interface Look {
  colour: string;
  /** An outline on a field of 16 x 16. */
  mark: string;
}

const LOOKS: Record<string, Look> = {
  core: { colour: "#0072B2", mark: "M8 3a5 5 0 1 0 .01 0z" },
  convolutional: { colour: "#C44E00", mark: "M3 3h10v10H3zM3 6.3h10M3 9.7h10M6.3 3v10M9.7 3v10" },
  pooling: { colour: "#00855F", mark: "M3 4h10L8 12z" },
  normalization: { colour: "#A8437D", mark: "M2 12c3 0 4-8 6-8s3 8 6 8" },
  regularization: { colour: "#9A6A00", mark: "M4 4l8 8M12 4l-8 8" },
  reshaping: { colour: "#2E7DA6", mark: "M3 5h10l-2.5-2.5M13 11H3l2.5 2.5" },
  merging: { colour: "#6A51A3", mark: "M3 3c0 5 5 3 5 10M13 3c0 5-5 3-5 10" },
  preprocessing: { colour: "#1B6B72", mark: "M3 3v10M3 8h10M13 5v6M8 6v4" },
  rnn: { colour: "#8C510A", mark: "M12.5 8A4.5 4.5 0 1 1 11 4.7M11.5 2v3h-3" },
  attention: { colour: "#B2182B", mark: "M2 8c3-5 9-5 12 0-3 5-9 5-12 0zM8 6.5a1.5 1.5 0 1 0 .01 0z" },
  activations: { colour: "#4D7C0F", mark: "M2 12h5l6-9" },
  images: { colour: "#566A1E", mark: "M3 3.5h10v9H3zM3 11l3-3.500 2.500 2.500 2-2L13 10.500" },
  augmentation: { colour: "#C2185B", mark: "M3 5.500h7.500V13H3zM5.500 5.500V3H13v7.500h-2.500" },
  colors: { colour: "#8E3B9E", mark: "M8 2c3 3.800 4.200 5.500 4.200 7.500a4.200 4.200 0 0 1-8.400 0C3.800 7.500 5 5.800 8 2z" },
  audio: { colour: "#00687A", mark: "M3 9V7M5.500 11V5M8 13.500v-11M10.500 11V5M13 9V7" },
  operations: { colour: "#44546A", mark: "M2 5h6M5 2v6M8.500 12h5.500M2.800 10l4 4M6.800 10l-4 4" },
  beyond: { colour: "#5D4037", mark: "M8 2l1.800 4 4.200.4-3.200 2.800 1 4.300L8 11.300l-3.800 2.200 1-4.300L2 6.400 6.200 6z" },
  blocks: { colour: "#1F3A93", mark: "M2.5 5L8 2.5 13.5 5v6L8 13.5 2.5 11zM2.500 5L8 7.500 13.500 5M8 7.500v6" },
  applications: { colour: "#404040", mark: "M3 12l5-3 5 3-5 2zM3 8l5-3 5 3-5 3zM3 4.5L8 2l5 2.5L8 7z" },
};

const OTHER: Look = { colour: "#666666", mark: "M8 2l6 6-6 6-6-6z" };

export function looks({ families }: Palette): Map<string, Look> {
  return new Map(Object.keys(families).map((family) => [family, LOOKS[family] ?? OTHER]));
}
