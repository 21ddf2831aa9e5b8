import { describe, expect, it } from "vitest";
import { histogramOf, inkOf, strongestOf, thresholdFor } from "../../src/view3d/strongest";

/** Numbers that look random and are the same every time. */
function someWeights(count: number, seed = 1): Int8Array {
  let state = seed;
  return Int8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >> 24;
  });
}

const sizesOf = (values: Int8Array, indices: Iterable<number>) =>
  [...indices].map((index) => Math.abs(values[index])).sort((a, b) => b - a);

describe("histogramOf", () => {
  it.each([0, 1, 3, 4, 5, 1001])("counts %i weights by absolute value", (count) => {
    const values = someWeights(count);
    const expected = new Array(129).fill(0);
    for (const value of values) expected[Math.abs(value)]++;
    expect([...histogramOf(values)]).toEqual(expected);
  });

  it("reads only its own part of a larger buffer, aligned or not", () => {
    const whole = someWeights(64);
    for (const start of [0, 1, 4, 7]) {
      const part = whole.subarray(start, start + 21);
      expect([...histogramOf(part)]).toEqual([...histogramOf(part.slice())]);
    }
  });
});

describe("strongestOf", () => {
  it.each([1, 7, 100, 999, 1000])("gives the %i strongest of a thousand", (k) => {
    const values = someWeights(1000).map((value) => (value === 0 ? 1 : value));
    const indices = strongestOf(values, histogramOf(values), k);
    expect(sizesOf(values, indices)).toEqual(sizesOf(values, values.keys()).slice(0, k));
    expect([...indices]).toEqual([...new Set(indices)].sort((a, b) => a - b));
  });

  it("never gives a weight of zero", () => {
    const values = Int8Array.from([0, 3, 0, -2, 0]);
    expect([...strongestOf(values, histogramOf(values), 5)]).toEqual([1, 3]);
    expect(strongestOf(new Int8Array(9), histogramOf(new Int8Array(9)), 4)).toHaveLength(0);
  });

  it("takes an even sample of equal weights, not the first", () => {
    const values = new Int8Array(1000).fill(5);
    const indices = strongestOf(values, histogramOf(values), 10);
    expect(indices).toHaveLength(10);
    const gaps = [...indices].slice(1).map((index, at) => index - indices[at]);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
  });

  it("knows the level and the ties", () => {
    const counts = histogramOf(Int8Array.from([9, -9, 5, 5, 5, 1]));
    expect(thresholdFor(counts, 3)).toEqual({ level: 5, ties: 1, count: 3 });
    expect(thresholdFor(counts, 2)).toEqual({ level: 9, ties: 2, count: 2 });
    expect(thresholdFor(counts, 60)).toEqual({ level: 0, ties: 0, count: 6 });
  });

  it("handles −128, which no frame of ours holds", () => {
    const values = Int8Array.from([-128, 127]);
    expect([...strongestOf(values, histogramOf(values), 1)]).toEqual([0]);
  });
});

describe("inkOf", () => {
  it("sums |w| / 127 to the power over the strongest", () => {
    const counts = histogramOf(Int8Array.from([127, -127, 64, 0]));
    expect(inkOf(counts, 2, 1)).toBeCloseTo(2, 6);
    expect(inkOf(counts, 3, 2)).toBeCloseTo(2 + (64 / 127) ** 2, 6);
    expect(inkOf(counts, 100, 1)).toBeCloseTo(2 + 64 / 127, 6);
  });
});
