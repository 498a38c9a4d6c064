/** Where in the network one is, while a block is open: each step leads back to it. */
import type { Actions } from "./actions";
import { useHere } from "./use";

export function Path({ actions }: { actions: Actions }) {
  const { session } = useHere();
  const path = session.status?.path ?? [];
  if (path.length === 0) return null;
  return (
    <nav className="path" aria-label="Open block">
      <button type="button" onClick={() => actions.leave(0)}>Network</button>
      {path.map(({ node, block }, index) => (
        <span key={node}>
          <span aria-hidden>›</span>
          <button type="button" aria-current={index === path.length - 1 ? "location" : undefined} disabled={index === path.length - 1} onClick={() => actions.leave(index + 1)}>
            {node} <small>{block}</small>
          </button>
        </span>
      ))}
    </nav>
  );
}
