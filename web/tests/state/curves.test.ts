import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/api";
import { Curves, MOST_POINTS } from "../../src/state/curves";

const update = (at: number, loss: number | null = 1): RunEvent => ({
  kind: "update",
  at: 0,
  update: at,
  epoch: 1,
  loss,
  accuracy: 0.5,
  learning_rate: 0.001,
  samples_per_second: 1,
  rates: [0.1, 0.2],
  gradients: [],
});
const prepared = (first_update: number): RunEvent => ({
  kind: "prepared",
  at: 0,
  engine: "reference",
  engine_note: "",
  threads: 1,
  parameters: 1,
  train_samples: 100,
  validation_samples: 0,
  test_samples: 10,
  updates_per_epoch: 10,
  total_updates: 100,
  first_update,
});
const epoch = (at: number, validation_accuracy: number | null): RunEvent => ({
  kind: "epoch",
  at: 0,
  epoch: 1,
  update: at,
  train_loss: 1,
  train_accuracy: 0.5,
  validation_loss: 0.9,
  validation_accuracy,
  rates: [],
  seconds: 1,
});

describe("curves", () => {
  it("grow with events and tell their listeners once per batch", () => {
    const curves = new Curves();
    let told = 0;
    const stop = curves.listen(() => (told += 1));
    curves.take([prepared(0), update(1), update(2, null), epoch(2, 0.4)]);
    stop();
    curves.take([update(3)]);
    expect(told).toBe(1);
    expect(curves.updates).toEqual([1, 2, 3]);
    expect(curves.loss[1]).toBeNaN();
    expect(curves.rates).toEqual([
      [0.1, 0.1, 0.1],
      [0.2, 0.2, 0.2],
    ]);
    expect(curves.validationAccuracy).toEqual([0.4]);
    expect(curves.updatesPerEpoch).toBe(10);
  });

  it("take back what a resumed run does again", () => {
    const curves = new Curves();
    curves.take([prepared(0), update(10), epoch(10, 0.4), update(15), prepared(10), update(11)]);
    expect(curves.updates).toEqual([10, 11]);
    expect(curves.rates[0]).toHaveLength(2);
    expect(curves.validationUpdates).toEqual([10]);
  });

  it("have no validation point where there was no validation", () => {
    const curves = new Curves();
    curves.take([prepared(0), epoch(10, null)]);
    expect(curves.validationUpdates).toEqual([]);
  });

  it("stay bounded however long the run", () => {
    const curves = new Curves();
    for (let at = 1; at <= 20_000; at += 100) {
      curves.take(Array.from({ length: 100 }, (_, more) => update(at + more, at + more)));
    }
    expect(curves.updates.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(curves.loss.length).toBe(curves.updates.length);
    expect(curves.rates[1].length).toBe(curves.updates.length);
    expect(curves.updates[curves.updates.length - 1]).toBe(20_000);
    expect(curves.loss[0]).toBeLessThan(curves.loss[curves.loss.length - 1]);
  });

  it("keep the newest update when neighbours are averaged, with its peak", () => {
    const curves = new Curves();
    const told = Array.from({ length: MOST_POINTS + 1 }, (_, at) => update(at + 1));
    told[MOST_POINTS] = { ...update(MOST_POINTS + 1, 99), rates: [0.9, -0.9] } as RunEvent;
    curves.take(told);
    expect(curves.updates).toHaveLength(MOST_POINTS / 2 + 1);
    expect(curves.updates[MOST_POINTS / 2]).toBe(MOST_POINTS + 1);
    expect(curves.updates[0]).toBe(2);
    expect(curves.loss[MOST_POINTS / 2]).toBe(99);
    expect(Math.max(...curves.lossSpread.high)).toBe(99);
    expect(Math.max(...curves.lossSpread.low)).toBe(99);
    expect(curves.rates.map((rates) => rates[MOST_POINTS / 2])).toEqual([0.9, -0.9]);
    expect(curves.lossSpread.low).toHaveLength(curves.updates.length);
    curves.take([prepared(MOST_POINTS)]);
    expect(Math.max(...curves.lossSpread.high)).toBe(1);
  });

  it("lose no peak of a long run, and know what they do not know", () => {
    const curves = new Curves();
    const told = Array.from({ length: 50_000 }, (_, at) => update(at + 1, at === 12_345 ? 99 : at === 23_456 ? -9 : 1));
    told[33_333] = update(33_334, null);
    curves.take(told);
    expect(curves.perPoint).toBeGreaterThan(1);
    expect(Math.max(...curves.lossSpread.high)).toBe(99);
    expect(Math.min(...curves.lossSpread.low)).toBe(-9);
    expect(Math.max(...curves.loss.filter(Number.isFinite))).toBeLessThan(99);
    expect(curves.lossSpread.high).toHaveLength(curves.updates.length);
    expect(curves.accuracySpread.low).toHaveLength(curves.updates.length);
    curves.take([prepared(100)]);
    expect(curves.lossSpread.low).toHaveLength(curves.updates.length);
  });
});
