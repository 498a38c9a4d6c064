/** What the commands can reach, as a hook: the session, its actions, and the view. */
import { useReactFlow } from "@xyflow/react";
import type { Actions } from "./actions";
import { aligned, distributed } from "./aligning";
import type { Reach } from "./commands";
import { type Direction, kept, seen } from "./direction";
import { groundOf } from "./ground";
import { glide } from "./motion";
import type { Session } from "./session";
import { SIZE } from "./size";
import type { Place } from "./wire";

const FIT = { padding: 0.15, maxZoom: 1 };

export interface View {
  fit(): void;
  /** Bring a layer into view, if it is not there. */
  show(key: string): void;
}

export function useView(session: Session, direction: Direction, place: React.RefObject<HTMLElement | null>): View {
  const view = useReactFlow();
  const show = (key: string) => {
    const node = session.node(key);
    const box = place.current?.getBoundingClientRect();
    if (!node || !box) return;
    const drawn = view.getInternalNode(key);
    const at = drawn?.internals.positionAbsolute ?? session.sceneOf(direction).seen(node);
    const { width = SIZE.width, height = SIZE.height } = drawn?.measured ?? SIZE;
    const corner = view.flowToScreenPosition(at);
    const end = view.flowToScreenPosition({ x: at.x + width, y: at.y + height });
    const inView = corner.x > box.left && corner.y > box.top && end.x < box.right && end.y < box.bottom;
    if (!inView) view.setCenter(at.x + width / 2, at.y + height / 2, { zoom: Math.max(0.6, Math.min(view.getZoom(), 1)), duration: glide() });
  };
  return { fit: () => void view.fitView({ ...FIT, duration: glide() }), show };
}

type Asking = Pick<Reach, "ask" | "boxing" | "setBoxing" | "turn" | "present" | "picture">;

export function reachOf(session: Session, actions: Actions, direction: Direction, { fit }: View, asking: Asking): Reach {
  const move = (of: (places: Place[]) => Place[]) => {
    const ground = groundOf(session);
    const nodes = ground.keys.flatMap((key) => ground.doc.get(key) ?? []);
    const moved = of(nodes.map((node) => ({ id: node.id, ...seen(node, direction) })));
    actions.move(moved.map(({ id, ...place }) => ({ id, ...kept(place, direction) })), ground);
  };
  const arrange: Reach["arrange"] = (how) => move((places) => (how === "across" ? distributed(places, "x") : how === "down" ? distributed(places, "y") : aligned(places, how)));
  const shift: Reach["shift"] = (right, down) => move((places) => places.map(({ id, x, y }) => ({ id, x: x + right, y: y + down })));
  const tidy = () => {
    const whole = session.chosen.length < 2;
    void actions.tidy().then(() => whole && requestAnimationFrame(fit));
  };
  return { session, actions, arrange, shift, tidy, fit, ...asking };
}
