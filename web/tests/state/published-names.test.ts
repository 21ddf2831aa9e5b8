import { expect, test } from "vitest";
import { nameOfOutput } from "../../src/published/run";

test("an output is called by its class, and in a population by its place in it too", () => {
  const digits = ["zero", "one"];
  expect([0, 1].map((neuron) => nameOfOutput(neuron, 2, digits))).toEqual(["zero", "one"]);
  expect([0, 2, 3, 5].map((neuron) => nameOfOutput(neuron, 6, digits))).toEqual([
    "zero, 1 of 3",
    "zero, 3 of 3",
    "one, 1 of 3",
    "one, 3 of 3",
  ]);
});
