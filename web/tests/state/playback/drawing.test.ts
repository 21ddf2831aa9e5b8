import { describe, expect, it } from "vitest";
import { chosen, EVERY_SAMPLE, needsDecisions } from "../../../src/state/playback/choice";
import { drawingOf, greyOf, isBlank, PENS, widthOf } from "../../../src/state/playback/drawing";
import type { Predictions } from "../../../src/api";

describe("a drawing", () => {
  it("becomes one grey byte for each pixel, row after row", () => {
    const rgba = Uint8ClampedArray.from([0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 0, 0, 0, 255]);
    const grey = greyOf(rgba);
    expect([...grey]).toEqual([0, 128, 255, 0]);
    expect(drawingOf(grey, 2, 2)).toEqual({ width: 2, height: 2, pixels: "AID/AA==" });
    expect(isBlank(grey)).toBe(false);
    expect(isBlank(greyOf(new Uint8ClampedArray(16)))).toBe(true);
  });

  it("gets broader where a pen is pressed, and is the same for every mouse and finger", () => {
    expect(widthOf("medium", { pointerType: "mouse", pressure: 0.5 })).toBe(PENS.medium);
    expect(widthOf("medium", { pointerType: "touch", pressure: 0 })).toBe(PENS.medium);
    const light = widthOf("medium", { pointerType: "pen", pressure: 0.1 });
    expect(light).toBeLessThan(widthOf("medium", { pointerType: "pen", pressure: 0.9 }));
    expect(light).toBeGreaterThan(0);
  });
});

describe("the choice of samples", () => {
  const known: Predictions = {
    run: "r1",
    update: null,
    split: "test",
    samples: 5,
    num_steps: 10,
    labels: [7, 7, 1, 7, 1],
    decisions: [7, 1, 1, 1, 7],
    confidences: [0.9, 0.5, 0.8, 0.6, 0.5],
    latencies: [2, 9, null, 9, 3],
  };
  const choose = (change: object) => chosen(known, { ...EVERY_SAMPLE, ...change });

  it("finds the wrong ones, the right ones, and those of a cell of the confusion matrix", () => {
    expect(choose({})).toEqual([0, 1, 2, 3, 4]);
    expect(choose({ verdict: "wrong" })).toEqual([1, 3, 4]);
    expect(choose({ verdict: "right" })).toEqual([0, 2]);
    expect(choose({ truth: 7, decided: 1 })).toEqual([1, 3]);
    expect(choose({ truth: 1, decided: 1, verdict: "wrong" })).toEqual([]);
  });

  it("puts first those of which the network is least sure, or decides last or never", () => {
    expect(choose({ order: "unsure" })).toEqual([1, 4, 3, 2, 0]);
    expect(choose({ order: "late" })).toEqual([2, 1, 3, 4, 0]);
  });

  it("needs the network's decisions only where it asks for them", () => {
    expect(needsDecisions(EVERY_SAMPLE)).toBe(false);
    expect(needsDecisions({ ...EVERY_SAMPLE, split: "train" })).toBe(false);
    expect(needsDecisions({ ...EVERY_SAMPLE, truth: 0 })).toBe(true);
    expect(needsDecisions({ ...EVERY_SAMPLE, order: "late" })).toBe(true);
  });
});
