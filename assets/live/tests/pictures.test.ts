import { expect, test } from "vitest";
import { magnification, type PicturesData, position } from "../src/pictures";

test("pictures are magnified by whole numbers, as far as there is room", () => {
  expect(magnification(5, 5, 6, 960)).toBe(41); // 205 pixels: four in a row, two rows
  expect(magnification(5, 5, 6, 300)).toBe(27); // 135 pixels: two in a row, three rows
  expect(magnification(28, 28, 6, 960)).toBe(7);
  expect(magnification(200, 200, 1, 960)).toBe(1);
});

test("many pictures keep a size that can be seen, however many rows they take", () => {
  expect([3, 5, 24, 28, 96].map((side) => magnification(side, side, 256, 900))).toEqual([21, 13, 3, 2, 1]);
  expect(magnification(3, 30, 256, 100)).toBe(2);
});

test("nothing is wider than its place", () => {
  expect(magnification(100, 4, 1, 250)).toBe(2);
  expect(magnification(5, 5, 4, 0)).toBe(13); // not laid out yet
});

test("a picture's place in the sprite", () => {
  const data = { columns: 3, width: 5, height: 4 } as PicturesData;
  expect(position(0, data, 10)).toBe("0px 0px");
  expect(position(4, data, 10)).toBe("-50px -40px");
});
