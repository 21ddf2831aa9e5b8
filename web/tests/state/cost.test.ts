import { expect, it } from "vitest";
import { blended, estimateSeconds } from "../../src/state/cost";
import { startDesign } from "../../src/state/design";

it("an estimate moves half way, as ratios go, with every training that is measured", () => {
  const { spec } = startDesign();
  const usual = { samplesPerSecond: 1000, flopsAllSteps: 1e6, neuronSteps: 1000 };
  const slow = { ...usual, samplesPerSecond: 10 };
  const seconds = (speed: typeof usual) => estimateSeconds(spec, 1000, speed) as number;
  expect(blended(null, slow)).toBe(slow);
  const once = blended(usual, slow);
  expect(seconds(once)).toBeCloseTo(10 * seconds(usual), 6);
  expect(seconds(blended(once, slow)) / seconds(slow)).toBeCloseTo(10 ** -0.5, 6);
  // Of another network's training its own work counts.
  const twice = { samplesPerSecond: 500, flopsAllSteps: 2e6, neuronSteps: 2000 };
  expect(seconds(blended(usual, twice))).toBeCloseTo(seconds(usual), 6);
});
