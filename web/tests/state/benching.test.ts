import { describe, expect, it } from "vitest";
import { ApiError, type BenchAnswer, type Trial } from "../../src/api";
import { axisOf, floatsOf, pathOf, ticksBetween, tickText } from "../../src/charts/bench/plot";
import { inputSliders, moved, rangeAbout, slidersOf } from "../../src/state/bench-sliders";
import { Bench, STIMULI } from "../../src/state/benching.svelte";
import { NEURON_DEFAULTS, NEURON_KINDS } from "../../src/state/neurons";
import { FIRST_OWN } from "../../src/state/own-neuron";

const answerOf = (trial: Trial, curve: object | null): BenchAnswer =>
  ({
    current: "",
    neurons: trial.neurons.map((one) => ({ title: one.kind, curve, plane: null, states: [], spikes: [] })),
  }) as unknown as BenchAnswer;

describe("the bench", () => {
  it("asks first for the answer over time, then for the rest, and only for what is newest", async () => {
    const asked: Trial[] = [];
    const waiting: (() => void)[] = [];
    const bench = new Bench(
      (trial) => {
        asked.push(trial);
        return new Promise((done) => waiting.push(() => done(answerOf(trial, trial.curve === null ? null : {}))));
      },
      () => Promise.resolve(),
    );
    for (const steps of [10, 20, 30]) bench.set({ steps });
    expect(asked.map(({ num_steps: steps, curve }) => [steps, curve])).toEqual([[10, null]]);
    waiting[0]();
    await expect.poll(() => asked.length).toBe(2);
    expect([asked[1].num_steps, asked[1].curve, bench.isStale]).toEqual([30, null, true]);
    waiting[1]();
    await expect.poll(() => asked.length).toBe(3);
    expect([asked[2].num_steps, asked[2].curve]).toEqual([30, undefined]);
    waiting[2]();
    await expect.poll(() => bench.isStale).toBe(false);
    expect(bench.answer?.neurons[0].curve).toEqual({});
    expect(asked).toHaveLength(3);
  });

  it("keeps what it shows when a setting is refused, says where, and goes on", async () => {
    let refuse = false;
    const fault = { path: "num_steps", message: "too many.", hint: "" };
    const bench = new Bench((trial) =>
      refuse
        ? Promise.reject(new ApiError({ code: "spec", message: "no", path: "", hint: "", faults: [fault] }, 422))
        : Promise.resolve(answerOf(trial, null)),
    );
    bench.set({ input: STIMULI.pulse });
    await expect.poll(() => bench.isStale).toBe(false);
    refuse = true;
    bench.set({ steps: 99 });
    await expect.poll(() => bench.faultAt("num_steps")?.message).toBe("too many.");
    expect(bench.answer?.neurons).toHaveLength(1);
    refuse = false;
    bench.set({ steps: 50 });
    await expect.poll(() => bench.faults.length).toBe(0);
  });
});

describe("sliders", () => {
  it("hold the value of every kind of neuron, within what it may be", () => {
    for (const kind of NEURON_KINDS) {
      const sliders = slidersOf(NEURON_DEFAULTS[kind]);
      expect(sliders.length, kind).toBeGreaterThan(0);
      for (const { name, value, low, high } of sliders) {
        expect(low, `${kind}.${name}`).toBeLessThan(high);
        expect(value, `${kind}.${name}`).toBeGreaterThanOrEqual(low);
        expect(value, `${kind}.${name}`).toBeLessThanOrEqual(high);
      }
    }
    expect(slidersOf(FIRST_OWN).map(({ name }) => name)).toEqual(["beta", "threshold"]);
  });

  it("move one number and nothing else", () => {
    expect(moved(NEURON_DEFAULTS.leaky, "beta", 0.5)).toEqual({ ...NEURON_DEFAULTS.leaky, beta: 0.5 });
    const own = moved(FIRST_OWN, "beta", 0.5) as typeof FIRST_OWN;
    expect(own.parameters.beta).toEqual({ ...FIRST_OWN.parameters.beta, value: 0.5 });
    expect(own.parameters.threshold).toEqual(FIRST_OWN.parameters.threshold);
  });

  it("have a range about what is usual", () => {
    expect(rangeAbout(0.9, { min: 0, max: 1 })).toEqual([0, 1]);
    expect(rangeAbout(1)).toEqual([0, 4]);
    expect(rangeAbout(-65)).toEqual([-165, 135]);
    expect(inputSliders(STIMULI.sine, 2).find(({ name }) => name === "mean")).toMatchObject({ low: -2.5, high: 10 });
  });
});

describe("a plot", () => {
  it("has round numbers at its axes, and room for all finite values", () => {
    expect(ticksBetween(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksBetween(-70, 30)).toEqual([-60, -40, -20, 0, 20]);
    expect(ticksBetween(3, 3)).toEqual([3]);
    expect(axisOf([NaN, 0, Infinity, 10])).toMatchObject({ low: -0.6, high: 10.6 });
    expect(axisOf([])).toMatchObject({ low: -0.06, high: 1.06 });
    expect([0, 1e-4, 0.25, 2e6].map(tickText)).toEqual(["0", "1e-4", "0.25", "2e6"]);
  });

  it("breaks a line where a value is no number, and joins segments in pairs", () => {
    const same = (value: number) => value;
    const line = { name: "", colour: "", x: [0, 1, 2, 3], y: [0, NaN, 2, 3] };
    expect(pathOf(line, same, same)).toBe("M0 0M2 2L3 3");
    expect(pathOf({ ...line, y: [0, 1, 2, 3], form: "segments" }, same, same)).toBe("M0 0L1 1M2 2L3 3");
    expect([...floatsOf(btoa(String.fromCharCode(0, 0, 128, 63)))]).toEqual([1]);
  });
});
