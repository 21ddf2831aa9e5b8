import { expect, test } from "vitest";
import { cellAt, planePixels, sharesOf } from "../../src/charts/plane/plane-picture";

const cells = { side: 2, decisions: new Uint8Array([0, 1, 1, 1]), strengths: new Uint8Array([255, 255, 0, 51]) };

test("a cell has its class's colour, the stronger the surer, and the ground's where nothing speaks for a class", () => {
  const pixels = planePixels(
    cells,
    [
      [200, 0, 0],
      [0, 0, 100],
    ],
    [0, 0, 0],
  );
  expect([...pixels]).toEqual([124, 0, 0, 255, 0, 0, 62, 255, 0, 0, 0, 255, 0, 0, 12, 255]);
});

test("shares count what is decided, and the samples on their class's side", () => {
  expect(sharesOf(cells, ["a", "b"], [0, 0, 1], [0, 1, 1])).toEqual([
    { name: "a", area: 0.25, samples: 2, right: 1 },
    { name: "b", area: 0.5, samples: 1, right: 1 },
  ]);
});

test("a place is a cell, and none beyond the edge", () => {
  expect([cellAt(cells, 0.6, 0.1), cellAt(cells, 0.1, 0.99), cellAt(cells, 1, 0.5), cellAt(cells, -0.1, 0)]).toEqual([
    1,
    2,
    null,
    null,
  ]);
});
