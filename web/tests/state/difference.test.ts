import { expect, it } from "vitest";
import { Curves } from "../../src/state/curves";
import { differenceOf, epochOf } from "../../src/state/difference";
import type { Frame } from "../../src/state";

const frame = (update: number, scale: number, values: number[], columns = 2): Frame => ({
  run: "r",
  sequence: 1,
  update,
  epoch: 0,
  layers: [{ rows: values.length / columns, columns, scale, change: 0, rate: 0, values: Int8Array.from(values) }],
});

it("the difference of two moments is the later weights less the earlier, on a scale of its own", () => {
  const found = differenceOf(frame(9, 0.02, [100, -50, 0, 10]), frame(3, 0.01, [100, 100, 0, 20]));
  const [layer] = found?.layers ?? [];
  const changes = [...layer.values].map((value) => value * layer.scale);
  [1, -2, 0, 0].forEach((expected, at) => expect(changes[at]).toBeCloseTo(expected, 1));
  expect(Math.min(...layer.values)).toBe(-127);
  expect(found?.update).toBe(9);
});

it("equal moments differ by nothing, and networks of other shapes have no difference", () => {
  const same = differenceOf(frame(1, 0.01, [5, 6]), frame(1, 0.01, [5, 6]));
  expect([...(same?.layers[0].values ?? [])]).toEqual([0, 0]);
  expect(differenceOf(frame(1, 1, [1, 2]), frame(1, 1, [1, 2, 3, 4]))).toBeNull();
});

it("epochs count from 1 for every update, and 0 is before the first", () => {
  expect([0, 1, 10, 11].map((update) => epochOf(update, 10))).toEqual([0, 1, 1, 2]);
});

it("the curves tell what loss and accuracy were at a moment", () => {
  const curves = new Curves();
  expect(curves.at(5)).toBeNull();
  curves.take(
    [10, 20].map((update) => ({
      kind: "update",
      at: 0,
      update,
      epoch: 1,
      loss: 1 / update,
      accuracy: update / 100,
      learning_rate: 0.1,
      samples_per_second: 1,
      rates: [0.1],
      gradients: [],
    })),
  );
  expect([3, 10, 19, 99].map((update) => curves.at(update)?.accuracy)).toEqual([0.1, 0.1, 0.1, 0.2]);
});
