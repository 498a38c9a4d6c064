import { expect, test } from "vitest";
import { magnification, type PicturesData, position } from "../src/pictures";

test("pictures are magnified by whole numbers", () => {
  expect([3, 5, 24, 28, 96, 200].map((side) => magnification(side, side))).toEqual([21, 13, 3, 2, 1, 1]);
  expect(magnification(3, 30)).toBe(2);
});

test("a picture's place in the sprite", () => {
  const data = { columns: 3, width: 5, height: 4 } as PicturesData;
  expect(position(0, data, 10)).toBe("0px 0px");
  expect(position(4, data, 10)).toBe("-50px -40px");
});
