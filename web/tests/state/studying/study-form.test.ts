import { describe, expect, it } from "vitest";
import type { StudyDetail, StudyDocument, StudyEntry } from "../../../src/api";
import { startDesign } from "../../../src/state";
import { bySetting, leadersOf, merged, shareDone, spreadOf } from "../../../src/state/studying/board";
import { documentOf, faultsAt, fieldsOf, formOf, newField, newForm } from "../../../src/state/studying/form";

const bench = startDesign().spec;

describe("a form", () => {
  it("of the design on the bench becomes a grid over its fields", () => {
    const form = newForm();
    form.fields = [
      { ...newField("training.learning_rate"), text: "0.001, 0.002" },
      { ...newField("network.layers[*].neuron.beta"), text: "0.8..0.9 by 0.1" },
    ];
    const { document, faults } = documentOf(form, bench);
    expect(faults).toEqual([]);
    expect(document.base?.network).toEqual(bench.network);
    expect(document.vary).toEqual({
      kind: "grid",
      fields: { "training.learning_rate": [0.001, 0.002], "network.layers[*].neuron.beta": [0.8, 0.9] },
    });
    expect(document.seeds).toEqual([0, 1, 2]);
  });

  it("tells what is missing at its field", () => {
    const form = { ...newForm(), name: " ", seeds: "x", mode: "random" as const, samples: "0" };
    form.fields = [
      { ...newField("training.learning_rate"), range: true, low: "1e-4" },
      newField("training.learning_rate"),
    ];
    const paths = documentOf(form, bench).faults.map(({ path }) => path);
    for (const path of ["name", "seeds", "vary.samples", "vary.fields.training.learning_rate"])
      expect(paths).toContain(path);
  });

  it("of values that go together needs as many of each", () => {
    const form = { ...newForm(), mode: "list" as const };
    form.fields = [
      { ...newField("training.epochs"), text: "1, 2" },
      { ...newField("training.batch_size"), text: "16" },
    ];
    expect(faultsAt(documentOf(form, bench).faults, "vary.fields.training.batch_size")[0].message).toContain(
      "1 values",
    );
    form.fields[1].text = "16, 32";
    expect(documentOf(form, bench).document.vary).toEqual({
      kind: "list",
      entries: [
        { "training.epochs": 1, "training.batch_size": 16 },
        { "training.epochs": 2, "training.batch_size": 32 },
      ],
    });
  });

  it("offers every field of the base but its seed and its name, and the sizes of hidden layers alone", () => {
    const names = fieldsOf(newForm(), bench).map(({ name }) => name);
    expect(names).toContain("training.learning_rate");
    expect(names).toContain("network.layers[0].size");
    expect(names).not.toContain("network.layers[1].size");
    expect(names).not.toContain("training.seed");
    expect(fieldsOf({ ...newForm(), from: "recipe" }, bench).map(({ name }) => name)).toContain("hidden");
  });
});

describe("a document", () => {
  const paper: StudyDocument = {
    format: "snntrainer3d/study",
    version: 1,
    name: "paper",
    compose: { dataset: "mnist", preset: "paper", neuron: "leaky" },
    vary: { kind: "grid", fields: { hidden: [[10], [100, 50]], neuron: ["leaky", "alpha"] } },
    seeds: [0, 1, 2],
    decide_steps: [100],
  };
  const search: StudyDocument = {
    ...paper,
    compose: { dataset: "digits", preset: "fast", neuron: "leaky", hidden: [50], training: { epochs: 2 } },
    vary: {
      kind: "random",
      samples: 20,
      draw_seed: 3,
      fields: {
        "training.learning_rate": { low: 0.0001, high: 0.02, scale: "log", whole: false },
        "training.batch_size": { among: [16, 32] },
      },
    },
  };

  it.each([paper, search])("becomes a form, and the form the same document", (document) => {
    const form = formOf(document);
    if (!form) throw new Error("no form");
    expect(documentOf(form, bench).document).toEqual(document);
  });

  it("that says more than a form can show is left to its JSON", () => {
    expect(formOf({ ...paper, vary: { kind: "list", entries: [{ a: 1 }, { b: 2 }] } })).toBeNull();
    expect(formOf({ name: "nothing" })).toBeNull();
  });
});

describe("the board", () => {
  const entry = (key: string, size: number, seed: number, accuracy: number | null): StudyEntry => ({
    key,
    settings: { hidden: [size] },
    seed,
    name: key,
    status: accuracy === null ? "waiting" : "finished",
    run: accuracy === null ? null : `run-${key}`,
    test_accuracy: accuracy,
    validation_accuracy: null,
    progress: null,
  });
  const entries = [entry("a", 10, 0, 0.8), entry("b", 20, 0, 0.9), entry("c", 10, 1, 0.82), entry("d", 20, 1, null)];
  const detail = { id: "s", entries, total: 4, leaders: ["b", "c"] } as unknown as StudyDetail;

  it("puts the seeds of a setting together, with mean and sample deviation", () => {
    const [ten, twenty] = bySetting(entries);
    expect(ten.entries.map(({ seed }) => seed)).toEqual([0, 1]);
    expect(ten.test?.mean).toBeCloseTo(0.81, 10);
    expect(ten.test?.deviation).toBeCloseTo(Math.SQRT2 / 100, 10);
    expect([twenty.finished, twenty.test?.deviation]).toEqual([1, null]);
    expect(spreadOf([null])).toBeNull();
  });

  it("takes in what changed, and knows how far all is", () => {
    const fresh = { ...detail, leaders: ["d"], entries: [entry("d", 20, 1, 0.95)] };
    const now = merged(detail, fresh);
    expect(now.entries.map(({ test_accuracy }) => test_accuracy)).toEqual([0.8, 0.9, 0.82, 0.95]);
    expect(leadersOf(now).map(({ key }) => key)).toEqual(["d"]);
    expect([shareDone(detail), shareDone(now)]).toEqual([0.75, 1]);
  });
});
