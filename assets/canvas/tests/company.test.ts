import { expect, test, vi } from "vitest";
import { Company, type Other, colourOf } from "../src/company";

const ADA: Other = { id: 1, name: "Ada", colour: 0, at: [3, 4], keys: ["c1"] };

test("others are told of once, as long as they do the same", () => {
  const company = new Company();
  const heard = vi.fn();
  const deaf = company.subscribe(heard);
  company.hear([ADA]);
  company.hear([{ ...ADA }]);
  expect(heard).toHaveBeenCalledTimes(1);
  company.hear([{ ...ADA, at: null }]);
  expect(heard).toHaveBeenCalledTimes(2);
  expect(company.others[0]?.at).toBeNull();
  deaf();
  company.hear([]);
  expect(heard).toHaveBeenCalledTimes(2);
});

test("everybody has a colour", () => {
  expect(colourOf(ADA)).not.toBe(colourOf({ ...ADA, colour: 1 }));
  expect(colourOf({ ...ADA, colour: 100 })).toMatch(/^#/);
});
