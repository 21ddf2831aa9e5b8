import { expect, test } from "vitest";
import type { DatasetRow } from "../../src/api";
import { datasetCards } from "../../src/state/dataset-cards";

const rows = ["xor", "parity-3", "parity-4", "parity-5", "own-parity-3"].map((name) => ({ name }) as DatasetRow);
const shown = (chosen: string) => datasetCards(rows, chosen).map(({ info }) => info.name);

test("the parities share a card, which shows the chosen one or that of four bits", () => {
  expect(shown("xor")).toEqual(["xor", "parity-4", "own-parity-3"]);
  expect(shown("parity-3")).toEqual(["xor", "parity-3", "own-parity-3"]);
  expect(shown("parity-5")).toEqual(["xor", "parity-5", "own-parity-3"]);
  const [alone, family] = datasetCards(rows, "parity-5");
  expect(alone.members).toEqual([]);
  expect(family.members.map(({ number, info }) => `${number} ${info.name}`)).toEqual([
    "3 parity-3",
    "4 parity-4",
    "5 parity-5",
  ]);
});

test("the memory tasks share one, in which the name without a number is that of a hundred silent steps", () => {
  const tasks = ["memory-50", "memory", "memory-200"].map((name) => ({ name }) as DatasetRow);
  const [card] = datasetCards(tasks, "xor");
  expect(card.info.name).toBe("memory");
  expect(card.numbered).toBe("Silent steps");
  expect(card.members.map(({ number }) => number)).toEqual([50, 100, 200]);
});
