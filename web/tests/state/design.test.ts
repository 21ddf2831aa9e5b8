import { describe, expect, it } from "vitest";
import type { PresetRow } from "../../src/api";
import {
  addLayer,
  applyPreset,
  changeLayer,
  chooseDataset,
  duplicateLayer,
  followsPreset,
  moveLayer,
  neuronEverywhere,
  removeLayer,
  setHidden,
  startDesign,
  titleOf,
} from "../../src/state/design";
import { NEURON_DEFAULTS, setForm } from "../../src/state/neurons";

const sizes = (design: ReturnType<typeof startDesign>) => design.spec.network.layers.map((layer) => layer.size);
const deep = () => setHidden(startDesign(), [40, 30, 20]);

describe("layers", () => {
  it("begin as 64-50-10 on digits and 784-100-10 on MNIST", () => {
    expect(titleOf(startDesign().spec)).toBe("64-50-10");
    expect(titleOf(startDesign("mnist").spec)).toBe("784-100-10");
  });

  it("are added before the output, with the size of the layer before", () => {
    expect(sizes(addLayer(startDesign()))).toEqual([50, 50, 10]);
    expect(sizes(addLayer(deep(), 1))).toEqual([40, 40, 30, 20, 10]);
  });

  it("go away except for the output", () => {
    expect(sizes(removeLayer(deep(), 1))).toEqual([40, 20, 10]);
    expect(removeLayer(deep(), 3)).toEqual(deep());
    expect(sizes(removeLayer(startDesign(), 0))).toEqual([10]);
    expect(sizes(addLayer(removeLayer(startDesign(), 0)))).toEqual([50, 10]);
  });

  it("move among the hidden ones only", () => {
    expect(sizes(moveLayer(deep(), 0, 2))).toEqual([30, 20, 40, 10]);
    expect(sizes(moveLayer(deep(), 0, 9))).toEqual([30, 20, 40, 10]);
    expect(sizes(moveLayer(deep(), 3, 0))).toEqual([40, 30, 20, 10]);
  });

  it("are doubled as deep copies", () => {
    const design = duplicateLayer(deep(), 0);
    expect(sizes(design)).toEqual([40, 40, 30, 20, 10]);
    expect(design.spec.network.layers[0].neuron).not.toBe(design.spec.network.layers[1].neuron);
  });

  it("keep their neurons when the sizes are entered anew", () => {
    const design = changeLayer(startDesign(), 0, { neuron: NEURON_DEFAULTS.synaptic });
    const entered = setHidden(design, [70, 60]);
    expect(entered.spec.network.layers.map((layer) => layer.neuron?.kind)).toEqual(["synaptic", "leaky", "leaky"]);
  });

  it("never change the design they came from", () => {
    const before = deep();
    const copy = structuredClone(before);
    addLayer(moveLayer(removeLayer(before, 0), 0, 1));
    neuronEverywhere(before, NEURON_DEFAULTS.alpha);
    expect(before).toEqual(copy);
  });
});

describe("data sets", () => {
  it("bring their shape and one output per class", () => {
    const design = chooseDataset(startDesign("mnist"), { name: "digits", input_shape: [1, 8, 8], classes: 10 });
    expect(titleOf(design.spec)).toBe("64-100-10");
  });

  it("leave no validation share for xor", () => {
    const design = startDesign();
    design.spec.training.validation_share = 0.1;
    const chosen = chooseDataset(design, { name: "xor", input_shape: [2], classes: 2 });
    expect(chosen.spec.training.validation_share).toBe(0);
    expect(titleOf(chosen.spec)).toBe("2-50-2");
  });
});

describe("recipes", () => {
  const preset: PresetRow = {
    title: "Test",
    summary: "",
    training: { epochs: 3, validation_share: 0.1 },
    neurons: { leaky: { beta: 0.7 }, lapicque: { beta: 0.8 } },
    datasets: { digits: { epochs: 30 }, xor: { num_steps: 50 } },
  };

  it("reach training and every neuron of their kinds", () => {
    const design = applyPreset(deep(), preset);
    expect(design.spec.training.epochs).toBe(30);
    expect(design.spec.network.layers.every((layer) => layer.neuron?.beta === 0.7)).toBe(true);
    expect(design.newNeuron.beta).toBe(0.7);
    expect(followsPreset(design, preset)).toBe(true);
    expect(followsPreset(deep(), preset)).toBe(false);
  });

  it("leave no field of optimizer or schedule without a value", () => {
    const partial = { optimizer: { kind: "adam", beta1: 0.8 }, schedule: { kind: "one_cycle" } };
    const { training } = applyPreset(startDesign("mnist"), { ...preset, training: partial }).spec;
    expect(training.optimizer).toEqual({ kind: "adam", beta1: 0.8, beta2: 0.999, epsilon: 1e-8 });
    expect(training.schedule).toEqual({ kind: "one_cycle", warm_up_share: 0.25, start_divisor: 25, end_divisor: 1e4 });
  });

  it("put a Lapicque given by R and C back to β alone", () => {
    const circuit = setForm(NEURON_DEFAULTS.lapicque, "circuit");
    const design = applyPreset(neuronEverywhere(startDesign(), circuit), preset);
    const neuron = design.spec.network.layers[0].neuron;
    expect(neuron?.beta).toBe(0.8);
    expect(neuron).not.toHaveProperty("resistance_ohm");
    expect(neuron).not.toHaveProperty("time_step_s");
  });
});
