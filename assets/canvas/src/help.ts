/** The page of a layer, in a window of its own, so that nothing is lost here. pages/reference.py draws it. */
export function openHelp(type: string): void {
  window.open(helpAddress(type), "layerloom-help");
}

export function helpAddress(type: string): string {
  return new URL(`reference?layer=${encodeURIComponent(type)}`, document.baseURI).href;
}
