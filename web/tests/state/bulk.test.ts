import type { Neuron } from "../../src/api";
import { describe, expect, it } from "vitest";
import {
  addLayers,
  changeKind,
  changeMany,
  changeNeurons,
  duplicateMany,
  equal,
  NEURON_DEFAULTS,
  removeMany,
  setHidden,
  startDesign,
  titleOf,
  trainingBytes,
  triangle,
} from "../../src/state";

const design = (...sizes: number[]) => setHidden(startDesign(), sizes);
const title = (of: ReturnType<typeof design>) => titleOf(of.spec);

describe("many layers at once", () => {
  it("are added behind the last hidden one, with the neuron that new layers get", () => {
    const made = addLayers({ ...design(20), newNeuron: NEURON_DEFAULTS.alpha }, equal(3, 100));
    expect(title(made)).toBe("64-20-100-100-100-10");
    expect(made.spec.network.layers.map((layer) => layer.neuron?.kind)).toEqual([
      "leaky",
      "alpha",
      "alpha",
      "alpha",
      "leaky",
    ]);
  });

  it("narrow evenly in a triangle", () => {
    expect(triangle(30, 10, 5)).toEqual([30, 25, 20, 15, 10]);
    expect(triangle(7, 3, 1)).toEqual([7]);
    expect(equal(1e6, 1)).toHaveLength(200);
  });

  it("are set together, but the output keeps its size", () => {
    const made = changeMany(design(30, 20, 10), new Set([0, 2, 3]), { size: 50, bias: false });
    expect(title(made)).toBe("64-50-20-50-10");
    expect(made.spec.network.layers.map((layer) => layer.bias)).toEqual([false, true, false, false]);
  });

  it("take only what was changed of a neuron, where their kind has it", () => {
    const mixed = changeNeurons(
      changeNeurons(design(30, 20), new Set([1]), NEURON_DEFAULTS.leaky, NEURON_DEFAULTS.synaptic),
      new Set([0]),
      NEURON_DEFAULTS.leaky,
      { ...NEURON_DEFAULTS.leaky, beta: 0.7 },
    );
    const before = mixed.spec.network.layers[1].neuron as Neuron;
    const made = changeNeurons(mixed, new Set([0, 1]), before, { ...before, alpha: 0.3, threshold: 2 } as Neuron);
    const [first, second, output] = made.spec.network.layers.map((layer) => layer.neuron);
    expect(first).toMatchObject({ kind: "leaky", beta: 0.7, threshold: 2 });
    expect(first).not.toHaveProperty("alpha");
    expect(second).toMatchObject({ kind: "synaptic", alpha: 0.3, threshold: 2 });
    expect(output).toEqual(design(1).spec.network.layers[1].neuron);
  });

  it("change their kind and keep what both kinds have", () => {
    const from = design(30).spec.network.layers[0].neuron as Neuron;
    const made = changeNeurons(design(30, 20), new Set([0, 1]), from, changeKind(from, "alpha"));
    expect(made.spec.network.layers.map((layer) => layer.neuron?.kind)).toEqual(["alpha", "alpha", "leaky"]);
  });

  it("are doubled and removed, never the output", () => {
    const all = new Set([0, 1, 2]);
    expect(title(duplicateMany(design(30, 20), all))).toBe("64-30-30-20-20-10");
    expect(title(removeMany(design(30, 20), all))).toBe("64-10");
  });
});

it("the memory of an update counts parameters four times and the states of all steps", () => {
  const { spec } = design(50);
  const parameters = 64 * 50 + 50 + 50 * 10 + 10;
  expect(trainingBytes(spec)).toBe(4 * (4 * parameters + 4 * 60 * 25 * 128));
});
