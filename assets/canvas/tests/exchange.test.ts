import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Exchange } from "../src/exchange";
import { Session } from "../src/session";
import type { Incoming, Outgoing } from "../src/wire";
import { MemoryShelf, message } from "./network";

let session: Session;
let triggered: Outgoing[];
/** What each request was sent, and how it is answered: `null` is a failure. */
let asked: { sent: Outgoing; answer(message: Incoming | null): void }[];

beforeEach(() => {
  vi.stubGlobal("document", { baseURI: "http://here/" });
  asked = [];
  triggered = [];
  vi.stubGlobal("fetch", (_address: URL, { body }: { body: string }) =>
    new Promise((resolve, reject) => {
      const answer = (told: Incoming | null) => (told ? resolve({ ok: true, json: async () => told }) : reject(new TypeError("failed")));
      asked.push({ sent: JSON.parse(body), answer });
    }),
  );
  session = new Session("p", new MemoryShelf());
  session.connect(new Exchange(session, { setStateValue: () => {}, setTriggerValue: (_name, value) => triggered.push(value as Outgoing) }));
  session.receive(message());
});

afterEach(() => vi.unstubAllGlobals());

const removal = { type: "Remove" as const, ids: ["two"], edges: [], heal: true };
const client = () => asked[0]?.sent.entries[0]?.client ?? "";
const settled = (count: number) => vi.waitFor(() => expect(triggered).toHaveLength(count));

describe("a step", () => {
  it("is answered by the request, and then the page is run with nothing to take", async () => {
    session.edit(removal);
    asked[0]?.answer(message({ base: 1, version: 2, nodes: [], gone: ["two"], acknowledged: { [client()]: 1 } }));
    await settled(1);
    expect(session.pending).toBe(0);
    expect([...session.shown.keys()]).toEqual(["image", "one", "three"]);
    expect(triggered).toEqual([{ epoch: "first", have: 2, entries: [] }]);
  });

  it("is taken by the page where the request fails", async () => {
    session.edit(removal);
    asked[0]?.answer(null);
    await settled(1);
    expect(triggered[0]?.entries).toHaveLength(1);
    expect(session.pending).toBe(1);
  });

  it("waits for the answer to the one before, and goes alone then", async () => {
    session.edit(removal);
    session.edit({ type: "Move", places: [{ id: "one", x: 1, y: 1 }] });
    expect(asked).toHaveLength(1);
    asked[0]?.answer(message({ base: 1, version: 2, nodes: [], gone: ["two"], acknowledged: { [client()]: 1 } }));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.sent.entries.map(({ number }) => number)).toEqual([2]);
  });

  it("is not undone by an answer of an epoch that is over", async () => {
    session.edit(removal);
    session.receive(message({ epoch: "second" }));
    asked[0]?.answer(message({ acknowledged: { [client()]: 1 } }));
    await settled(1);
    expect(session.status?.epoch).toBe("second");
    expect(session.pending).toBe(1);
  });
});

describe("messages that come by two ways", () => {
  it("never lead back", () => {
    const older = message({ base: 1, version: 1, nodes: [] });
    session.receive(message({ base: 1, version: 2, nodes: [], gone: ["two"], undo: true }));
    session.receive(older);
    expect(session.shown.has("two")).toBe(false);
    expect(session.status?.undo).toBe(true);
  });
});
