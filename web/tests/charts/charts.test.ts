// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import ConfusionMatrix from "../../src/charts/ConfusionMatrix.svelte";
import { divergingTable, readColour } from "../../src/charts/diverging";
import { align, smoothed } from "../../src/charts/lines";
import {
  areaOf,
  cellAt,
  cellBy,
  columnAreas,
  matrixPicture,
  rowArea,
  tilesPicture,
} from "../../src/charts/matrix-picture";

afterEach(cleanup);

describe("lines", () => {
  it("of different x come together, gaps where a line has no value", () => {
    const x = [1, 2, 3];
    const data = align([
      { x, columns: [[5, NaN, 7]] },
      { x: [2, 4], columns: [[0.5, 0.6]] },
    ]);
    expect(data[0]).toEqual([1, 2, 3, 4]);
    expect([...data[1]].map((value) => value ?? null)).toEqual([5, null, 7, null]);
    expect([...data[2]].map((value) => value ?? null)).toEqual([null, 0.5, null, 0.6]);
  });

  it("do not share memory with the curves that grow", () => {
    const x = [1];
    const data = align([{ x, columns: [[5]] }]);
    x.push(2);
    expect(data[0]).toEqual([1]);
  });

  it("are smoothed without a pull towards the start", () => {
    expect(smoothed([3, 3, 3], 0.9)).toEqual([3, 3, 3].map((value) => expect.closeTo(value, 9)));
    expect(smoothed([1, 2], 0)).toEqual([1, 2]);
    expect(smoothed([1, NaN, 1], 0.5)[1]).toBeNaN();
  });
});

describe("weight pictures", () => {
  const table = divergingTable([0, 0, 0], [0, 255, 0], [255, 0, 0]);
  const weights = { values: Int8Array.from([127, -127, 0, 64, 1, 2]), rows: 2, columns: 3, scale: 0.01 };

  it("are green above, red below, background at zero", () => {
    const { pixels, width, height } = matrixPicture(weights, table);
    expect([width, height]).toEqual([3, 2]);
    expect([...pixels.slice(0, 12)]).toEqual([0, 255, 0, 255, 255, 0, 0, 255, 0, 0, 0, 255]);
  });

  it("lay each neuron's weights out like the image it sees", () => {
    const tiles = { values: new Int8Array(3 * 4).fill(1), rows: 3, columns: 4, scale: 1 };
    tiles.values[4] = 127;
    const picture = tilesPicture(tiles, { rows: 2, columns: 2 }, 1, table);
    expect([picture.width, picture.height]).toEqual([5, 5]);
    expect(cellAt(picture, 3, 0)).toEqual({ row: 1, column: 0 });
    expect(cellAt(picture, 2, 0)).toBeNull();
    expect(cellAt(picture, 0, 3)).toEqual({ row: 2, column: 0 });
    expect(cellAt(picture, 9, 0)).toBeNull();
  });

  it("have a place for every neuron and weight, and lead by keys from one to the next", () => {
    const whole = matrixPicture(weights, table);
    expect(rowArea(whole, 1)).toEqual({ x: 0, y: 1, width: 3, height: 1 });
    expect(columnAreas(whole, 2)).toEqual([{ x: 2, y: 0, width: 1, height: 2 }]);
    expect(cellBy(whole, { row: 0, column: 1 }, "ArrowDown")).toEqual({ row: 1, column: 1 });
    expect(cellBy(whole, { row: 1, column: 1 }, "ArrowDown")).toEqual({ row: 1, column: 1 });
    expect(cellBy(whole, { row: 1, column: 1 }, "End")).toEqual({ row: 1, column: 2 });
    expect(cellBy(whole, { row: 1, column: 1 }, "Enter")).toBeNull();

    const tiles = tilesPicture(
      { values: new Int8Array(12), rows: 3, columns: 4, scale: 1 },
      { rows: 2, columns: 2 },
      1,
      table,
    );
    expect(rowArea(tiles, 1)).toEqual({ x: 3, y: 0, width: 2, height: 2 });
    expect(columnAreas(tiles, 3).map(({ x, y }) => [x, y])).toEqual([
      [1, 1],
      [4, 1],
      [1, 4],
    ]);
    for (const cell of [0, 1, 2].flatMap((row) => [0, 1, 2, 3].map((column) => ({ row, column })))) {
      const { x, y } = areaOf(tiles, cell);
      expect(cellAt(tiles, x, y)).toEqual(cell);
    }
    expect(cellBy(tiles, { row: 0, column: 1 }, "ArrowDown")).toEqual({ row: 0, column: 3 });
    expect(cellBy(tiles, { row: 0, column: 1 }, "PageDown")).toEqual({ row: 1, column: 1 });
  });

  it("sample what is too large to be shown whole", () => {
    const columns = 5000;
    const picture = matrixPicture({ values: new Int8Array(2 * columns), rows: 2, columns, scale: 1 }, table);
    expect(picture.width).toBeLessThanOrEqual(2048);
    expect(cellAt(picture, 10, 0)).toEqual({ row: 0, column: 30 });
  });

  it("read the page's colours", () => {
    expect(readColour(" #35c77b")).toEqual([0x35, 0xc7, 0x7b]);
    expect(readColour("#fff")).toEqual([255, 255, 255]);
    expect(readColour("rgb(1 2 3 / 50%)")).toEqual([1, 2, 3]);
  });
});

describe("the confusion matrix", () => {
  it("says each cell in words, and is walked with the arrow keys", async () => {
    render(ConfusionMatrix, {
      counts: [
        [9, 1],
        [0, 5],
      ],
      names: ["cat", "dog"],
    });
    const first = screen.getByRole("button", { name: "true cat, decided cat: 9" });
    expect(first.tabIndex).toBe(0);
    await fireEvent.keyDown(first, { key: "ArrowRight" });
    const mistaken = screen.getByRole("button", { name: "true cat, decided dog: 1" });
    expect(document.activeElement).toBe(mistaken);
    expect(screen.getByText("1 of 10 (10.0 %) of cat were taken for dog.")).toBeTruthy();
    expect(mistaken.tabIndex).toBe(0);
    expect(first.tabIndex).toBe(-1);
  });
});
