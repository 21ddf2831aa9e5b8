import { describe, expect, it } from "vitest";
import { bestOf, bestOfEach, seenRows, sorted, through, toggled } from "../../../src/state/library/rows";
import { labelOf, layerGroups, leaves, valueWords } from "../../../src/state/library/settings-table";
import { setHidden, startDesign } from "../../../src/state";
import { madeRun } from "./made-runs";

const named = (names: string[]) => names.map((name) => madeRun({ id: name, name }));
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).join("");

describe("order", () => {
  it("takes numbers in words by their size, keeps equal rows in place, and puts what is missing last", () => {
    expect(sorted(named(["run 10", "run 9"]), { field: "name", descending: false }, null)[0].name).toBe("run 9");
    const rows = [
      madeRun({ id: "a", test_accuracy: null }),
      madeRun({ id: "b", test_accuracy: 0.5 }),
      madeRun({ id: "c", test_accuracy: 0.9 }),
      madeRun({ id: "d", test_accuracy: 0.5 }),
    ];
    expect(ids(sorted(rows, { field: "test_accuracy", descending: true }, null))).toBe("cbda");
    expect(ids(sorted(rows, { field: "test_accuracy", descending: false }, null))).toBe("bdca");
  });

  it("goes by the server's values for fields that the list has not", () => {
    const rows = named(["a", "b", "c"]);
    const sort = { field: "training.learning_rate", descending: false };
    expect(ids(sorted(rows, sort, { a: 0.1, c: 0.001 }))).toBe("cab");
  });
});

it("only the rows in sight are drawn, with some around them", () => {
  expect(seenRows(0, 300, 30, 1000)).toEqual({ first: 0, end: 16 });
  expect(seenRows(3000, 300, 30, 1000)).toEqual({ first: 94, end: 116 });
  expect(seenRows(29_900, 300, 30, 1000)).toEqual({ first: 990, end: 1000 });
  expect(seenRows(5000, 300, 30, 3)).toEqual({ first: 3, end: 3 });
});

it("runs are chosen one by one, and from one to another in the order of the list", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  expect(through(["d"], ["a", "b", "c", "d"], "c", "a")).toEqual(["d", "a", "b", "c"]);
  expect(through([], ["a", "b"], null, "b")).toEqual(["b"]);
});

describe("the best", () => {
  it("is chosen by validation, and only by the test set where some have none, which is said", () => {
    const rows = [
      madeRun({ id: "a", test_accuracy: 0.99, validation_accuracy: 0.8 }),
      madeRun({ id: "b", test_accuracy: 0.9, validation_accuracy: 0.9 }),
    ];
    expect(ids(bestOf(rows, 1).runs)).toBe("b");
    const found = bestOf([rows[0], { ...rows[1], validation_accuracy: null }], 1);
    expect(ids(found.runs)).toBe("a");
    expect(found.words).toContain("flattered");
    expect(bestOf([madeRun({ test_accuracy: null, validation_accuracy: null })], 1).by).toBeNull();
  });

  it("is chosen of each group", () => {
    const rows = ["digits", "mnist", "digits"].map((dataset, at) =>
      madeRun({ id: String(at), dataset, validation_accuracy: at / 10 }),
    );
    expect(ids(bestOfEach(rows, "dataset"))).toBe("21");
  });
});

describe("a document as a table", () => {
  it("has every leaf, lists of numbers whole, without format and version", () => {
    expect(leaves({ format: "x", a: { b: [1, 2] }, l: [{ c: null }] })).toEqual([
      { path: "a.b", value: [1, 2] },
      { path: "l[0].c", value: null },
    ]);
  });

  it("calls fields and values as the design does", () => {
    expect(labelOf("training.learning_rate")).toBe("Learning rate");
    expect(labelOf("network.layers[0].neuron.learn_a")).toBe("a is, layer 1");
    expect(labelOf("network.layers[1].neuron.beta")).toBe("Membrane decay, layer 2");
    expect(labelOf("network.layers[*].neuron.kind")).toBe("Neuron, all layers");
    expect(valueWords("training.schedule.kind", "one_cycle")).toBe("One cycle");
  });

  it("tells layers that are alike together", () => {
    const groups = layerGroups(setHidden(startDesign(), [50, 30]).spec);
    expect(groups.map(({ first, last, sizes }) => [first, last, sizes])).toEqual([[0, 2, [50, 30, 10]]]);
  });
});
