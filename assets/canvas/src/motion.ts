/** How long the view takes to go somewhere, in milliseconds: no time for who has asked the system for less motion. */
export function glide(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250;
}
