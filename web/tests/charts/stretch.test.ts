import { describe, expect, it } from "vitest";
import { csvOf } from "../../src/charts/chart-files";
import { rangeWithin, shifted, zoomed } from "../../src/charts/stretch";

const whole = { min: 0, max: 100 };

describe("the stretch that a chart shows", () => {
  it("is narrowed around a place that stays where it is", () => {
    const near = zoomed(whole, 0.5, 0.25, whole);
    expect(near).toEqual({ min: 12.5, max: 62.5 });
    expect(near.min + 0.25 * (near.max - near.min)).toBe(25);
  });

  it("never leaves what there is, and never closes", () => {
    expect(zoomed({ min: 80, max: 100 }, 10, 0.5, whole)).toEqual(whole);
    const tiny = zoomed({ min: 50, max: 50.1 }, 1e-6, 0.5, whole);
    expect(tiny.max - tiny.min).toBeCloseTo(0.1);
    expect(shifted({ min: 10, max: 30 }, -5, whole)).toEqual({ min: 0, max: 20 });
    expect(shifted({ min: 10, max: 30 }, 0.5, whole)).toEqual({ min: 20, max: 40 });
  });

  it("has room around a curve that does not move, within its bounds", () => {
    const [low, high] = rangeWithin(1, 1, [0, 1]);
    expect(low).toBeLessThan(1);
    expect(high).toBe(1);
    expect(rangeWithin(null, null, [0, 1])).toEqual([0, 1]);
  });
});

describe("a chart's values as CSV", () => {
  it("have a heading, empty places where nothing was measured, and quoted names", () => {
    const lines = [
      { label: "training", colour: "--train" },
      { label: 'run "a", seed 1', colour: "--series-1" },
    ];
    const csv = csvOf("update", lines, [
      [1, 2],
      [0.5, null],
      [undefined, 0.25],
    ]);
    expect(csv).toBe('update,training,"run ""a"", seed 1"\n1,0.5,\n2,,0.25\n');
  });
});
