import { describe, expect, it } from "vitest";
import { columnsFor, histogramOf, pictureOf, spreadOf, strongestOf } from "../../src/charts/neuron/weight-figures";

describe("a neuron's weights", () => {
  const weights = [0.5, -1, 0.25, 0, -0.5, 1, 0.01];

  it("are all counted in bins that are symmetric about zero", () => {
    const bins = histogramOf(weights, 5);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(weights.length);
    bins.forEach((bin, at) => {
      expect(bin.from).toBeCloseTo(-bins[bins.length - 1 - at].to, 12);
      expect(bin.count).toBe(
        weights.filter((one) => one >= bin.from - 1e-12 && (one < bin.to - 1e-12 || (at === 4 && one <= 1))).length,
      );
    });
    expect(histogramOf([0, 0, 0], 5).map(({ count }) => count)).toEqual([0, 0, 3, 0, 0]);
  });

  it("have the mean and deviation of their population", () => {
    const spread = spreadOf([1, 2, 3, 4]);
    expect(spread).toEqual({ least: 1, most: 4, mean: 2.5, deviation: Math.sqrt(1.25) });
    expect(spreadOf([])).toBeNull();
  });

  it("are ranked by their size, whatever their sign, the earlier first where they are equal", () => {
    expect(strongestOf(weights, 4)).toEqual([1, 5, 0, 4]);
    expect(strongestOf(weights, 99)).toHaveLength(weights.length);
  });

  it("become a picture whose strongest weight has the strongest colour, and whose last row is filled up", () => {
    const picture = pictureOf(weights, 3);
    expect([picture.rows, picture.columns]).toEqual([3, 3]);
    expect([...picture.values]).toEqual([64, -127, 32, 0, -63, 127, 1, 0, 0]);
    expect(picture.values[5] * picture.scale).toBeCloseTo(1, 9);
    expect([...pictureOf([0, 0], 2).values]).toEqual([0, 0]);
    expect(columnsFor(1)).toBeGreaterThanOrEqual(1);
    expect(columnsFor(100)).toBeGreaterThan(10);
  });
});
