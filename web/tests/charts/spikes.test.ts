import { describe, expect, it } from "vitest";
import { BAND_GAP, bandsOf, cellAt, withinLayer } from "../../src/charts/spikes/raster-layout";
import { middleOf, rangeOf, resetsAfter } from "../../src/charts/spikes/trace-rows";

describe("the raster", () => {
  const chosen = [
    { layer: 0, first: 20, count: 100 },
    { layer: 1, first: 0, count: 10 },
  ];

  it("fills its height with one band for each layer, small layers with higher rows", () => {
    const bands = bandsOf(chosen, 200);
    expect(bands[0].top).toBe(0);
    expect(bands[1].top).toBeCloseTo(bands[0].height + BAND_GAP, 9);
    expect(bands[1].top + bands[1].height).toBeCloseTo(200, 9);
    expect(bands[1].height / 10).toBeGreaterThan(2 * (bands[0].height / 100));
  });

  it("finds the neuron and step at every place, and nothing between the bands", () => {
    const bands = bandsOf(chosen, 200);
    for (const { layer, first, count, top, height } of bands) {
      for (let row = 0; row < count; row += 1) {
        const found = cellAt(bands, 25, 300, 13, top + ((row + 0.5) / count) * height);
        expect(found).toEqual({ layer, neuron: first + row, step: 1 });
      }
    }
    expect(cellAt(bands, 25, 300, 13, bands[0].height + BAND_GAP / 2)).toBeNull();
    expect(cellAt(bands, 25, 300, 299.9, 1)?.step).toBe(24);
    expect(cellAt(bands, 25, 300, 300, 1)).toBeNull();
    expect(cellAt(bands, 25, 300, 1, 250)).toBeNull();
  });

  it("keeps a range within its layer, whatever is typed", () => {
    expect(withinLayer({ layer: 0, first: 90, count: 50 }, 100)).toEqual({ layer: 0, first: 90, count: 10 });
    expect(withinLayer({ layer: 0, first: -3, count: 0 }, 100)).toEqual({ layer: 0, first: 0, count: 1 });
    expect(withinLayer({ layer: 0, first: NaN, count: NaN }, 4)).toEqual({ layer: 0, first: 0, count: 1 });
    expect(withinLayer({ layer: 0, first: 400, count: 1 }, 4)).toEqual({ layer: 0, first: 3, count: 1 });
  });

  it("has no bands where nothing is chosen", () => {
    expect(bandsOf([], 200)).toEqual([]);
    expect(cellAt([], 5, 100, 1, 1)).toBeNull();
  });
});

describe("a membrane trace", () => {
  const trace = {
    name: "",
    potentials: Float32Array.of(0.2, 1.4, -0.5),
    threshold: Float32Array.of(1, 1, 1),
    rest: 0,
    recovery: null,
    spikes: [1],
    resets: [2],
  };

  it("makes room for zero, the threshold and all that lies beyond", () => {
    const [low, high] = rangeOf(trace);
    expect(low).toBe(-0.5);
    expect(high).toBeCloseTo(1.4, 6);
    expect(rangeOf({ ...trace, potentials: Float32Array.of(0.1) })).toEqual([0, 1.15]);
    expect(rangeOf({ ...trace, potentials: new Float32Array(2), threshold: new Float32Array(2) })).toEqual([0, 1]);
  });

  it("cuts the peaks of an Izhikevich neuron and makes room for its recovery", () => {
    const cell = { ...trace, potentials: Float32Array.of(-60, 900, -70), threshold: new Float32Array(3).fill(30) };
    const [low, high] = rangeOf({ ...cell, rest: -65, recovery: Float32Array.of(-13, -5, -80) });
    expect(low).toBe(-80);
    expect(high).toBeCloseTo(-65 + 95 * 1.15, 4);
  });

  it("is reset at the step after each spike, as snnTorch does, or never", () => {
    expect(resetsAfter([0, 3, 4], 5, "subtract")).toEqual([1, 4]);
    expect(resetsAfter([0, 3, 4], 5, "none")).toEqual([]);
    expect(middleOf(0, 4, 100)).toBe(12.5);
  });
});
