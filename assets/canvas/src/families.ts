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
  blocks: { colour: "#1F3A93", mark: "M2.5 5L8 2.5 13.5 5v6L8 13.5 2.5 11zM2.500 5L8 7.500 13.500 5M8 7.500v6" },
  applications: { colour: "#404040", mark: "M3 12l5-3 5 3-5 2zM3 8l5-3 5 3-5 3zM3 4.5L8 2l5 2.5L8 7z" },
};

const OTHER: Look = { colour: "#666666", mark: "M8 2l6 6-6 6-6-6z" };

export function looks({ families }: Palette): Map<string, Look> {
  return new Map(Object.keys(families).map((family) => [family, LOOKS[family] ?? OTHER]));
}
