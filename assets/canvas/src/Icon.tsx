/** Small line drawings, so that no font has to have them. */
export const ICONS = {
  layers: "M2.5 4h11M2.5 8h11M2.5 12h11",
  outline: "M2.500 3.500h5M5 6.500h8M5 9.500h8M2.500 12.500h5",
  undo: "M6 3L2.5 6.5 6 10M3 6.5h6a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H7a4 4 0 0 0 0 8h2",
  duplicate: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  delete: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4",
  tidy: "M5.5 2h5v3.5h-5zM2 10.5h5V14H2zM9 10.5h5V14H9zM8 5.5V8M4.5 10.500V8h7v2.500",
  fit: "M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10",
  fold: "M2.5 2.5h4v4h-4zM9.5 9.5h4v4h-4zM9.5 2.500h4v4M2.500 9.500v4h4",
  unfold: "M6 2.500H2.500V6M10 13.500h3.500V10M2.500 2.500l4 4M13.500 13.500l-4-4",
  turn: "M2 9h4v5H2zM10 9h4v5h-4zM4 6a4 4 0 0 1 8 0M10 4.500L12 6.500l2-2",
  box: "M2.500 2.500h2M7 2.500h2M11.500 2.500h2v2M13.500 7v2M13.500 11.500v2h-2M9 13.500H7M4.500 13.500h-2v-2M2.500 9V7M2.500 4.500v-2",
  search: "M7 2.500a4.500 4.500 0 1 0 .01 0zM10.300 10.300L14 14",
  more: "M3 4.500h10M3 8h6M3 11.500h8",
  present: "M1.500 3h13M2.500 3v7.500h11V3M8 10.500v3M5.500 13.500h5",
  picture: "M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3M10.500 5.800a.7.7 0 1 0 .01 0z",
  aside: "M2 3h12v10H2zM10 3v10",
  unroll: "M2.500 2.500h11v11h-11zM5 8h6M8 5v6",
  rollUp: "M2.500 2.500h11v11h-11zM5 8h6",
  open: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
} as const;

export function Icon({ path, className = "icon" }: { path: string; className?: string }) {
  return (
    <svg className={className} viewBox="0 0 16 16" aria-hidden>
      <path d={path} />
    </svg>
  );
}
