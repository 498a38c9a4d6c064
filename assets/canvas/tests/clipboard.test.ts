import { expect, it } from "vitest";
import { asText, copied, fromText, paste } from "../src/clipboard";
import { chain } from "./network";

it("copies layers with the connections between them, and no others", () => {
  const copy = copied(chain(), ["one", "two"]);
  expect(copy.nodes.map((node) => node.id)).toEqual(["one", "two"]);
  expect(copy.edges).toEqual([{ source: "one", output: 0, target: "two", port: "inputs" }]);
});

it("reads back what it has written", () => {
  const copy = copied(chain(), ["one", "two"]);
  expect(fromText(asText(copy))).toEqual(copy);
});

it.each(["", "hello", "{", "[]", '{"nodes": []}', '{"nodes": [1]}', '{"nodes": [{"layer": {}}]}', '{"nodes": 3}'])(
  "takes no %j for layers",
  (text) => expect(fromText(text)).toBeNull(),
);

it("pastes under free names, a step further each time", () => {
  const copy = copied(chain(), ["one", "two"]);
  const first = paste(chain(), copy, 0);
  expect(first.nodes.map((node) => node.id)).toEqual(["one_1", "two_1"]);
  expect(first.edges).toEqual([{ source: "one_1", output: 0, target: "two_1", port: "inputs" }]);
  expect(paste(chain(), copy, 1).dx).toBeGreaterThan(first.dx);
});
