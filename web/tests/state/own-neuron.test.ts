import { describe, expect, it } from "vitest";
import type { NeuronCheck, OwnNeuron } from "../../src/api";
import { changeNeurons, decodeDesign, encodeDesign, startDesign } from "../../src/state";
import { changeNeuron } from "../../src/state/design";
import { fitting, mayHave } from "../../src/state/layer-kinds";
import { countsOf } from "../../src/state/layer-shapes";
import { changeKind, isOwn, NEURON_DEFAULTS, neuronTitle, spikes } from "../../src/state/neurons";
import { marked, OwnDraft } from "../../src/state/own-draft.svelte";
import { FIRST_OWN, freeName, ownFileName, ownOf, readOwn } from "../../src/state/own-neuron";

const LEARNED: OwnNeuron = {
  ...FIRST_OWN,
  parameters: {
    beta: { value: 0.9, low: 0, high: 1, learn: "per_neuron" },
    threshold: { value: 1, low: null, high: null, learn: "shared" },
  },
};

describe("an own neuron", () => {
  it("has what its document leaves out, and numbers for parameters are values", () => {
    const read = ownOf({ kind: "equations", parameters: { tau: 5 }, states: { v: 0 }, step: "v = x\nout = spike(v)" });
    expect(read.parameters).toEqual({ tau: { value: 5, low: null, high: null, learn: "fixed" } });
    expect(read.step).toEqual(["v = x", "out = spike(v)"]);
    expect(read).toMatchObject({
      inputs: ["x"],
      membrane: "",
      threshold: "",
      substeps: 1,
      surrogate: { kind: "atan" },
    });
  });

  it("is read from a file, or refused in words", () => {
    expect(readOwn(JSON.stringify(FIRST_OWN))).toEqual(FIRST_OWN);
    for (const [text, words] of [
      ["{", "no JSON"],
      ["[1]", "no neuron written as equations"],
      ["null", "no neuron written as equations"],
      ['{"kind": "leaky"}', "no neuron written as equations"],
      ['{"kind": "equations", "step": []}', "no neuron written as equations"],
    ])
      expect(() => readOwn(text), text).toThrow(words);
    expect(ownFileName({ ...FIRST_OWN, title: " Été LIF/2 " })).toBe("t-lif-2.json");
    expect(ownFileName({ ...FIRST_OWN, title: "神経" })).toBe("neuron.json");
  });

  it("spikes where a line says so, and stands where its kind of layer can have it", () => {
    const silent: OwnNeuron = { ...FIRST_OWN, step: ["m = x", "outer = m"] };
    expect([spikes(FIRST_OWN), spikes(silent)]).toEqual([true, false]);
    expect(neuronTitle(FIRST_OWN)).toBe("My neuron");
    expect(mayHave("conv2d", FIRST_OWN)).toBe(true);
    expect(mayHave("flatten", FIRST_OWN)).toBe(false);
    expect([mayHave("dense", silent), mayHave("dense", silent, true), mayHave("recurrent", silent, true)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(fitting("dense", silent).kind).toBe("leaky");
  });

  it("is counted with what it learns, kept in links, and gives way to a built-in kind", () => {
    let design = startDesign();
    design = changeNeuron(design, 0, LEARNED);
    const before = countsOf(startDesign().spec.network)?.parameters ?? 0;
    const size = design.spec.network.layers[0].size as number;
    expect(countsOf(design.spec.network)?.parameters).toBe(before + size + 1);
    expect(decodeDesign(encodeDesign(design))?.spec.network.layers[0].neuron).toEqual(LEARNED);
    expect(changeKind(LEARNED, "synaptic")).toEqual({ ...NEURON_DEFAULTS.synaptic, surrogate: LEARNED.surrogate });
  });

  it("changes in all chosen layers that have one, and leaves the others", () => {
    const design = changeNeuron(startDesign(), 0, FIRST_OWN);
    const made = changeNeurons(design, new Set([0, 1]), FIRST_OWN, LEARNED);
    expect(made.spec.network.layers.map(({ neuron }) => isOwn(neuron))).toEqual([true, false]);
    const both = changeNeurons(design, new Set([0, 1]), NEURON_DEFAULTS.leaky, FIRST_OWN);
    expect(both.spec.network.layers.map(({ neuron }) => isOwn(neuron))).toEqual([true, true]);
  });

  it("finds names that are free", () => {
    expect(freeName({ ...FIRST_OWN, states: { p1: 0, p3: 0 } }, "p")).toBe("p2");
  });
});

describe("a draft", () => {
  const right: NeuronCheck = { faults: [], equation: ["m[t] = x[t]"], latex: "", neuron: null };

  it("marks the lines of faults", () => {
    const faults = [
      { path: "step[3]", message: "line 4, column 2: no.", hint: "" },
      { path: "states.v", message: "no.", hint: "" },
    ];
    expect(marked(faults).map(({ line }) => line)).toEqual([3, null]);
  });

  it("is right only when the newest text was checked, whatever comes in between", async () => {
    const asked: OwnNeuron[] = [];
    const waiting: ((check: NeuronCheck) => void)[] = [];
    const check = (neuron: OwnNeuron) => {
      asked.push(neuron);
      return new Promise<NeuronCheck>((done) => waiting.push(done));
    };
    const bench = () => Promise.reject(new Error("not now"));
    const draft = new OwnDraft(FIRST_OWN, { check, bench });
    draft.set({ title: "a" });
    draft.set({ title: "b" });
    draft.set({ title: "c" });
    expect(asked.map(({ title }) => title)).toEqual(["a"]);
    waiting[0](right);
    await expect.poll(() => asked.length).toBe(2);
    expect([draft.isRight, asked[1].title]).toEqual([false, "c"]);
    waiting[1]({ ...right, faults: [{ path: "step[0]", message: "no", hint: "" }] });
    await expect.poll(() => draft.isChecked).toBe(true);
    expect([draft.isRight, draft.faults.length]).toEqual([false, 1]);
  });

  it("renames what the document names, the threshold and the membrane included", () => {
    const draft = new OwnDraft(FIRST_OWN, {
      check: () => Promise.resolve(right),
      bench: () => Promise.reject(new Error()),
    });
    draft.rename("parameters", "threshold", "theta");
    draft.rename("states", "m", "v");
    expect(Object.keys(draft.neuron.parameters)).toEqual(["beta", "theta"]);
    expect([draft.neuron.threshold, draft.neuron.membrane]).toEqual(["theta", "v"]);
  });
});
