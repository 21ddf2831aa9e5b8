import { describe, expect, it } from "vitest";
import { costOf, estimateSeconds } from "../../src/state/cost";
import { changeLayer, changeTraining, setHidden, startDesign } from "../../src/state/design";
import {
  ago,
  bytes,
  count,
  counted,
  decimal,
  duration,
  enumerated,
  percent,
  saidOf,
  short,
  signed,
} from "../../src/state/format";
import { placeholderWeights } from "../../src/state/placeholder";
import { shapeOf } from "../../src/state/shape";
import { wilson } from "../../src/state/wilson";

describe("numbers as words", () => {
  it("groups and shortens", () => {
    expect(count(79510)).toBe("79,510");
    expect(count(null)).toBe("–");
    expect(short(9999)).toBe("9,999");
    expect(short(158_800)).toBe("159 k");
    expect(short(3_970_000)).toBe("3.97 M");
    expect(bytes(318_040)).toBe("318 kB");
  });
  it("counts one thing as one", () => {
    expect([0, 1, 1200].map((value) => counted(value, "tie"))).toEqual(["0 ties", "1 tie", "1,200 ties"]);
    expect(counted(2, "class", "classes")).toBe("2 classes");
    expect(saidOf("Kernel", "is 9×9, too large.")).toBe("Kernel is 9×9, too large.");
    expect(saidOf("Kernel", "got 0, expected more.")).toBe("got 0, expected more.");
    expect([[], [0], [0, 1], [0, 1, 8]].map(enumerated)).toEqual(["", "0", "0 and 1", "0, 1 and 8"]);
  });
  it("writes shares, small numbers and signs", () => {
    expect(percent(0.9216)).toBe("92.16 %");
    expect(percent(undefined)).toBe("–");
    expect(decimal(0.00001)).toBe("1.00·10⁻⁵");
    expect(decimal(-5.96e-17)).toBe("-5.96·10⁻¹⁷");
    expect(decimal(2.5e6)).toBe("2.50·10⁶");
    expect(decimal(NaN)).toBe("–");
    expect(signed(-0.25)).toBe("−0.2500");
  });
  it("writes times", () => {
    expect(duration(0.2)).toBe("< 1 s");
    expect(duration(75)).toBe("1 min 15 s");
    expect(duration(3 * 3600)).toBe("3 h 0 min");
    expect(ago(1000, 1_000_000 + 30_000)).toBe("just now");
    expect(ago("1970-01-01T00:00:00Z", 7_200_000)).toBe("2 h ago");
  });
});

describe("Wilson's interval", () => {
  it("equals published values", () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20 and 1/29.
    for (const [hits, samples, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ]) {
      const [from, to] = wilson(hits / samples, samples);
      expect(from).toBeCloseTo(low, 4);
      expect(to).toBeCloseTo(high, 4);
    }
  });
  it("stays within 0 and 1", () => {
    expect(wilson(1, 10)[1]).toBeCloseTo(1, 12);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });
});

describe("cost", () => {
  it("is the paper's for 784-100-10", () => {
    const cost = costOf(startDesign("mnist").spec);
    expect(cost).toMatchObject({ weights: 79_400, parameters: 79_510, flops: 158_800, flops_all_steps: 3_970_000 });
  });
  it("counts learned neuron values and leaves out biases that are off", () => {
    const design = startDesign("mnist");
    const neuron = { ...design.newNeuron, learn_beta: "per_neuron", learn_threshold: "shared" } as const;
    const cost = costOf(changeLayer(design, 0, { bias: false, neuron }).spec);
    expect(cost?.parameters).toBe(79_510 - 100 + 100 + 1);
  });
  it("is unknown while a size is no size", () => {
    expect(costOf(changeLayer(startDesign(), 0, { size: "x" as never }).spec)).toBeNull();
    expect(costOf(changeLayer(startDesign(), 0, { size: 0 }).spec)).toBeNull();
  });
  it("gives a time from the measured speed", () => {
    const spec = changeTraining(startDesign("mnist"), { epochs: 2, validation_share: 0.5 }).spec;
    const speed = { samplesPerSecond: 10_000, flopsAllSteps: 3_970_000, neuronSteps: 110 * 25 };
    expect(estimateSeconds(spec, 60_000, speed)).toBeCloseTo(6, 6);
    expect(estimateSeconds(spec, 60_000, null)).toBeNull();
  });
});

describe("weights before training", () => {
  it("fill torch's range, are the same each time, and have no sign of their own", () => {
    const [first] = placeholderWeights([{ rows: 100, columns: 784 }]);
    const again = placeholderWeights([{ rows: 100, columns: 784 }])[0];
    // Not toEqual, which takes a second for so many.
    expect(first.values.every((value, at) => value === again.values[at])).toBe(true);
    expect(again.values).toHaveLength(first.values.length);
    expect(127 * first.scale).toBeCloseTo(1 / Math.sqrt(784), 8);
    const mean = first.values.reduce((sum, value) => sum + value, 0) / first.values.length;
    expect(Math.abs(mean)).toBeLessThan(1);
    expect(Math.min(...first.values)).toBe(-127);
    expect(Math.max(...first.values)).toBe(127);
  });
  it("fit the shape given to the view", () => {
    const { spec } = setHidden(startDesign(), [30, 20]);
    const shape = shapeOf(spec, [..."0123456789"]);
    const weights = placeholderWeights(shape?.connections ?? []);
    expect(shape?.connections.map((block) => [block.rows, block.columns])).toEqual(
      weights.map((layer) => [layer.rows, layer.columns]),
    );
    expect(shape?.layers[0]).toMatchObject({ kind: "input", grid: [8, 8] });
    expect(shape?.layers[3]).toMatchObject({ kind: "output", classNames: [..."0123456789"] });
    expect(shapeOf(changeLayer(startDesign(), 0, { size: 1.5 }).spec, [])).toBeNull();
  });
});
