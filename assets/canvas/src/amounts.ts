/** Numbers as people read them. */
const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const UNITS = ["", " thousand", " million", " billion", " trillion"];
const BYTES = ["bytes", "kB", "MB", "GB", "TB"];

/** `44,426`. */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `281,640`, and from a million on `138 million`. */
export function brief(value: number): string {
  return Math.abs(value) < 1e6 ? WHOLE.format(value) : inUnits(value, UNITS, 2);
}

/** `3.14 kB`. */
export function bytes(value: number): string {
  return inUnits(value, BYTES.map((unit) => ` ${unit}`), 0);
}

/** `0.0123`, or `1.2e-7` where that is shorter. */
export function digits(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : SHORT.format(value);
}

/** `12 %`. */
export function share(value: number): string {
  return `${SHORT.format(100 * value)} %`;
}

function inUnits(value: number, units: readonly string[], least: number): string {
  let power = least;
  while (power < units.length - 1 && Math.abs(value) >= 1000 ** (power + 1)) power += 1;
  return `${SHORT.format(value / 1000 ** power)}${units[power] ?? ""}`;
}

const A_LINE = 27; // letters beside each other in a node

/** The parameters of a node, shorter where its shape is long. */
export function beside({ shape, parameters }: { shape: string; parameters: string }): string {
  return shape.length + parameters.length > A_LINE ? parameters.replace(" parameters", " params") : parameters;
}
