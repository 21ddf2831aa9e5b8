import { expect, it } from "vitest";
import type { FoundModule } from "../../src/api";
import { arraysOf, choose, chosenAtFirst, layersOf } from "../../src/state/modules";

const weights = (name: string, fits: number[], layer: number | null = null): FoundModule => ({
  name,
  sort: "connections",
  shapes: { weight: [6, 6], bias: [6] },
  fits,
  layer,
});
const ALL = [weights("a", [0, 1]), weights("b", [0, 1]), weights("c", [2])];

it("begins with what was said, was found, or fits one layer alone", () => {
  expect(chosenAtFirst(ALL, {})).toEqual({ 2: "c" });
  expect(chosenAtFirst(ALL, { b: 0 })).toEqual({ 0: "b", 2: "c" });
  expect(chosenAtFirst([weights("a", [0, 1], 1), weights("b", [0, 1], 0)], {})).toEqual({ 0: "b", 1: "a" });
});

it("lets two layers change their modules, and never gives one module to both", () => {
  const one = choose(ALL, { 2: "c" }, 0, "b");
  expect(one).toEqual({ 0: "b", 2: "c" });
  expect(choose(ALL, one, 1, "b")).toEqual({ 1: "b", 2: "c" });
  expect(choose(ALL, { 0: "b", 1: "a" }, 1, "b")).toEqual({ 0: "a", 1: "b" });
  expect(choose(ALL, one, 0, "")).toEqual({ 2: "c" });
  const odd = [weights("wide", [0, 1]), weights("last", [1])];
  expect(choose(odd, { 0: "wide", 1: "last" }, 1, "wide"), "last does not fit the first").toEqual({ 1: "wide" });
});

it("knows the layers in order, and writes arrays with their shapes", () => {
  expect(layersOf([weights("c", [2]), weights("a", [1, 0])])).toEqual([0, 1, 2]);
  expect(arraysOf({ ...ALL[0], shapes: { weight: [6, 5], threshold: [] } })).toBe("weight 6 × 5, threshold");
});
