import { describe, expect, it } from "vitest";
import { readHidden, readLayers } from "../../src/state/quick-entry";

const dense = (sizes: number[]) => sizes.map((size) => ({ kind: "dense", size }));

describe("one line for a network", () => {
  it.each([
    ["784-100-50-10", [100, 50]],
    ["784 – 100 – 10", [100]],
    ["784-10", []],
    ["100-50", [100, 50]],
    ["100, 50", [100, 50]],
    ["100", [100]],
    ["none", []],
    ["5x100", [100, 100, 100, 100, 100]],
    ["2×30-20", [30, 30, 20]],
    ["30>10:5", [30, 25, 20, 15, 10]],
    ["30..10", [30, 25, 20, 15, 10]],
  ])("reads %s", (text, sizes) => {
    expect(readHidden(text, [1, 28, 28], 10)).toEqual({ layers: dense(sizes), fault: "" });
  });

  it.each(["28×28-16c5-mp2-32c3s2-bn-ap2-60r-40-10", "16c5-mp2-32c3s2-bn-ap2-60r-40"])("reads %s", (text) => {
    expect(readHidden(text, [1, 28, 28], 10)).toEqual({
      layers: [
        { kind: "conv2d", channels: 16, kernel: 5, stride: 1 },
        { kind: "max_pool", kernel: 2 },
        { kind: "conv2d", channels: 32, kernel: 3, stride: 2 },
        { kind: "batch_norm" },
        { kind: "avg_pool", kernel: 2 },
        { kind: "recurrent", size: 60 },
        { kind: "dense", size: 40 },
      ],
      fault: "",
    });
  });

  const conv = { kind: "conv2d", channels: 8, kernel: 3, stride: 1 };
  const pool = { kind: "max_pool", kernel: 2 };
  it.each([
    ["8c3-mp2-20-10", [conv, pool, ...dense([20])]],
    ["28x28-8c3-mp2-20-10", [conv, pool, ...dense([20])]],
    ["1x28x28-8c3-mp2-20-10", [conv, pool, ...dense([20])]],
    ["784-8c3-mp2-20-10", [conv, pool, ...dense([20])]],
    ["784-8c3-mp2-20", [conv, pool, ...dense([20])]],
    ["8c3-mp2-20", [conv, pool, ...dense([20])]],
    ["8c3-mp2-10", [conv, pool]],
    ["8c3-mp2-10-10", [conv, pool, ...dense([10])]],
    ["100r-10", [{ kind: "recurrent", size: 100 }]],
    ["784-100r-10", [{ kind: "recurrent", size: 100 }]],
    ["bn-100-10", [{ kind: "batch_norm" }, ...dense([100])]],
  ])("makes no second output of %s", (text, layers) => {
    expect(readHidden(text, [1, 28, 28], 10)).toEqual({ layers, fault: "" });
  });

  it("refuses a picture of other sides than the data set's, and takes no rows for it", () => {
    expect(readHidden("32x32-8c3-mp2-10", [1, 28, 28], 10).fault).toContain("1×28×28");
    expect(readHidden("8x28-8c3-10", [1, 28, 28], 10).fault).toContain("8x28");
  });

  it.each(["64--10", "64 - - 10", "100,,50", "28×28--16c5-10"])("does not guess what is missing in %s", (text) => {
    expect(readHidden(text, [1, 28, 28], 10)).toEqual({ layers: [], fault: expect.stringContaining("is missing") });
  });

  it("takes rows of a size as such where they are not the picture's sides", () => {
    expect(readHidden("2x8-30", [2], 2).layers).toEqual(dense([8, 8, 30]));
  });

  it("takes a single layer of the output's size as hidden", () => {
    expect(readHidden("10", [784], 10).layers).toEqual(dense([10]));
  });

  it.each(["ten", "10-a", "3x", "-", "0-5", "1000x2", "0c3", "4c", "mp", "100001", "2x100000000"])(
    "says what is wrong with %s",
    (text) => {
      const read = readLayers(text);
      if (text === "-") expect(read).toEqual({ layers: [], fault: "" });
      else expect(read.fault).not.toBe("");
    },
  );
});
