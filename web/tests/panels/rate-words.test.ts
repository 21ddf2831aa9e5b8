import { expect, it } from "vitest";
import { rateWords } from "../../src/panels/inside/rate-words";

it("tells a neuron's rate and its place in the layer, and of a silent one that it is silent", () => {
  const rates = [0.1, 0, 0.3, 0.1];
  expect(rateWords(rates, 0, 10_000)).toBe(
    "0.1000 spikes a step over 10,000 test samples, busier than 1 of the 3 others",
  );
  expect(rateWords(rates, 1, 10_000)).toBe("silent for all 10,000 test samples");
  expect(rateWords([0.5], 0, 4)).toBe("0.5000 spikes a step over 4 test samples");
  expect(rateWords(rates, 9, 4)).toBe("not known");
});
