import { describe, expect, it } from "vitest";
import { readSeeds, readValues, writeSeeds, writeValues } from "../../../src/state/studying/values";

describe("values", () => {
  it.each([
    ["0.001, 0.002", [0.001, 0.002]],
    ["leaky, alpha", ["leaky", "alpha"]],
    ["yes, no, none", [true, false, null]],
    ["0..3", [0, 1, 2, 3]],
    ["0.8..0.95 by 0.05", [0.8, 0.85, 0.9, 0.95]],
    ["1e-4..1e-2 in 3", [0.0001, 0.001, 0.01]],
    ["[1, 2], [3]", [[1, 2], [3]]],
    ["1; 2\n3", [1, 2, 3]],
    ["", []],
  ])("of %s are read", (text, values) => expect(readValues(text)).toEqual({ values, fault: "" }));

  it("of layers are lists of sizes", () => {
    expect(readValues("50, 100-50, none", true).values).toEqual([[50], [100, 50], []]);
    expect(readValues("fifty", true).fault).toContain("write sizes");
  });

  it.each(["3..1", "0..1 by 0", "0..1 in 5", "1..100000", "1..2 in 1"])("such as %s are refused", (text) => {
    expect(readValues(text).fault).not.toBe("");
  });

  it("are written so that they are read back", () => {
    const values = [0.5, "leaky", true, null, [1, 2]];
    expect(readValues(writeValues(values)).values).toEqual(values);
    expect(readValues(writeValues([[50], [100, 50], []], true), true).values).toEqual([[50], [100, 50], []]);
  });
});

describe("seeds", () => {
  it("are whole numbers, each once, written as a range where they are one", () => {
    expect(readSeeds("0..11").seeds).toHaveLength(12);
    expect(writeSeeds([0, 1, 2, 3])).toBe("0..3");
    expect(writeSeeds([0, 2, 5])).toBe("0, 2, 5");
    expect(readSeeds("1, 1").fault).toContain("twice");
    expect(readSeeds("-1").fault).toContain("no seed");
    expect(readSeeds("").fault).toContain("one seed");
  });
});
