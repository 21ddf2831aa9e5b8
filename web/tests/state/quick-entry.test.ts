import { describe, expect, it } from "vitest";
import { readHidden, readSizes } from "../../src/state/quick-entry";

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
    expect(readHidden(text, 784, 10)).toEqual({ sizes, fault: "" });
  });

  it("takes a single layer of the output's size as hidden", () => {
    expect(readHidden("10", 784, 10).sizes).toEqual([10]);
  });

  it.each(["ten", "10-a", "3x", "-", "0-5", "1000x2"])("says what is wrong with %s", (text) => {
    const read = readSizes(text);
    if (text === "-") expect(read).toEqual({ sizes: [], fault: "" });
    else expect(read.fault).not.toBe("");
  });
});
