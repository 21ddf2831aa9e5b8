import { describe, expect, it } from "vitest";
import type { ActivityResult, RunDetail } from "../../src/api";
import { addLayer, changeTraining, startDesign, type Design } from "../../src/state";
import { markOf } from "../../src/state/comparing/identity";
import { energyOf, HOROWITZ, metricsAsText, metricTable, settingsSideBySide } from "../../src/state/comparing/metrics";
import { confusionDifference, pWords, verdictOf } from "../../src/state/comparing/pairs";

const detailOf = (design: Design, accuracy = 0.9) =>
  ({
    spec: design.spec,
    parameters: 100,
    results: { test: { accuracy, loss: null }, rates: [0.1, 0.3] },
  }) as unknown as RunDetail;
const known = (accuracy: number) => ({ detail: detailOf(startDesign(), accuracy), compared: null, measured: null });

describe("settings side by side", () => {
  it("tell what differs, layers alike in one row", () => {
    const other = changeTraining(startDesign(), { learning_rate: 0.002, name: "named" });
    const rows = settingsSideBySide([detailOf(startDesign()), detailOf(other)]);
    expect(rows.filter(({ differs }) => differs)).toEqual([
      { path: "training.learning_rate", values: [0.0005, 0.002], differs: true },
    ]);
    expect(rows.map(({ path }) => path)).toContain("network.layers[*].neuron.beta");
    expect(rows.map(({ path }) => path)).toContain("network.layers[0].size");
  });

  it("keep every layer apart where the networks are of different depth", () => {
    const rows = settingsSideBySide([detailOf(startDesign()), detailOf(addLayer(startDesign()))]);
    const third = rows.find(({ path }) => path === "network.layers[2].size");
    expect(third).toEqual({ path: "network.layers[2].size", values: [undefined, 10], differs: true });
  });
});

describe("measures", () => {
  it("mark the best, none where all are equal, and leave out what nobody knows", () => {
    const [decisions] = metricTable([known(0.9), known(0.95)], HOROWITZ);
    const row = decisions.rows.find(({ metric }) => metric.key === "accuracy");
    expect(row?.best).toEqual([1]);
    expect(decisions.rows.some(({ metric }) => metric.key === "loss")).toBe(false);
    expect(metricTable([known(0.9), known(0.9)], HOROWITZ)[0].rows[0].best).toEqual([]);
  });

  it("give energy by the coefficients that were typed", () => {
    const activity = { input_operations: 1000, synaptic_operations: 2000, neuron_operations: 500 } as ActivityResult;
    expect(energyOf(activity, HOROWITZ)).toEqual({ inputs: 4.6, synapses: 1.8, neurons: 2.3, total: 4.6 + 1.8 + 2.3 });
    expect(energyOf(activity, { multiplyAccumulate: 0, accumulate: 1 }).total).toBe(2);
  });

  it("are written for other programs, with names that hold commas and bars", () => {
    const table = metricTable([known(0.9)], HOROWITZ);
    expect(metricsAsText(table, ["a,b"], "csv").split("\r\n")[0]).toBe('Group,Measure,"a,b"');
    expect(metricsAsText(table, ["=1+1"], "csv").split("\r\n")[0]).toBe("Group,Measure,'=1+1");
    expect(metricsAsText(table, ["a|b"], "markdown").split("\n")[0]).toBe("| Group | Measure | a\\|b |");
  });
});

it("a difference of confusions needs the same classes", () => {
  expect(confusionDifference([[3, 1]], [[2, 2]])).toEqual([[1, -1]]);
  expect(confusionDifference([[1]], [[1, 2]])).toBeNull();
});

it("a verdict follows the corrected p, and a refusal is none", () => {
  const test = { only_first: 1, only_second: 9, p: 0.02, p_holm: 0.06, difference: 0, sentence: "" };
  expect(verdictOf(test)).toBe("not shown");
  expect(verdictOf({ ...test, p_holm: 0.04 })).toBe("different");
  expect(verdictOf({ refusal: { code: "no_decisions", sentence: "", hint: "" } })).toBe("refused");
  expect([pWords(0), pWords(0.0042), pWords(0.5), pWords(null)]).toEqual(["< 0.0001", "0.0042", "0.500", "–"]);
});

it("runs have letters and colours, and strokes where colours repeat", () => {
  expect(markOf(0)).toEqual({ letter: "A", colour: "--series-1", dash: undefined });
  expect(markOf(6)).toEqual({ letter: "G", colour: "--series-1", dash: [6, 3] });
  expect(markOf(26).letter).toBe("A2");
});
