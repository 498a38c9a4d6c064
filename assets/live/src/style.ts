/** The look of the chart. Every class begins with `ll-`: the styles are not isolated from the page (plotly's zoom needs that). */

export const STYLE = `
.ll-live { color: var(--st-text-color); font-family: var(--st-font); font-size: 0.9rem; }
.ll-line { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; margin-bottom: 0.25rem; }
.ll-status { font-variant-numeric: tabular-nums; }
.ll-line progress { flex: 1 1 8rem; max-width: 20rem; height: 0.5rem; accent-color: var(--st-primary-color); }
.ll-line:not([data-state="running"], [data-state="paused"]) progress { visibility: hidden; }
.ll-warning { white-space: pre-line; }
.ll-warning:not(:empty) { margin: 0.5rem 0; padding: 0.5rem 0.75rem; border-left: 4px solid #c62828; background: var(--st-secondary-background-color); }
.ll-tools { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: center; margin: 0.5rem 0; }
.ll-log { cursor: pointer; }
.ll-hint { opacity: 0.75; }
.ll-connection:not(:empty) { font-weight: 600; }
.ll-grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.ll-figure { margin: 0; min-width: 0; }
.ll-figure figcaption { font-weight: 600; margin-bottom: 0.25rem; }
.ll-spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** A new element with a class and attributes. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
