/** Layers of all kinds on the bench: the page's sums against the spec's, and what edits make of a network. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fault, Layer, LayerKind, Network, RunSpec, TemplateRow } from "../../src/api";
import { changeMany, changeNeurons } from "../../src/state/bulk";
import { decodeDesign, encodeDesign } from "../../src/state/codec";
import { costOf } from "../../src/state/cost";
import {
  addLayer,
  applyTemplate,
  changeKindOfLayer,
  chooseDataset,
  neuronEverywhere,
  setLayers,
  startDesign,
  titleOf,
  type Design,
} from "../../src/state/design";
import { LAYER_KINDS, layerNames, layerOfKind, neuronsOf } from "../../src/state/layer-kinds";
import { flowOf, matricesOf, titleOfNetwork } from "../../src/state/layer-shapes";
import { NEURON_DEFAULTS } from "../../src/state/neurons";
import { readHidden } from "../../src/state/quick-entry";
import { shapeOf } from "../../src/state/shape";

interface Case {
  network: Network;
  faults: Fault[];
  title?: string;
  shapes?: number[][];
  taken?: number[][];
  matrices?: [number, number, number][];
  cost?: Record<string, number>;
}
const GOLDEN = join(import.meta.dirname, "../../../tests/golden/layers/flows.json");
const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as { num_steps: number; cases: Record<string, Case> };
const cases = Object.entries(golden.cases);

const specOf = (network: Network): RunSpec => {
  const { spec } = startDesign();
  return { ...spec, network, training: { ...spec.training, num_steps: golden.num_steps } };
};
const designOf = (layers: Partial<Layer>[], shape = [1, 28, 28]): Design => {
  const design = startDesign();
  const network = { ...design.spec.network, input: { shape }, layers: layers as Layer[] };
  return { ...design, spec: { ...design.spec, network } };
};
const kinds = (design: Design): LayerKind[] => design.spec.network.layers.map(({ kind }) => kind);
const lenet = (): Design => designOf(structuredClone(golden.cases.lenet.network.layers));

describe("a layer of more neurons than any may have", () => {
  it.each([
    [100_000, true],
    [100_001, false],
    [1e15, false],
  ])("of %d neurons is drawn: %s", (size, drawn) => {
    const { spec } = designOf(
      [size, 10].map((neurons) => ({ ...layerOfKind("dense", NEURON_DEFAULTS.leaky), size: neurons })),
    );
    expect(shapeOf(spec, []) !== null).toBe(drawn);
  });
});

describe("the page's sums", () => {
  it("are compared with fifteen networks and more", () => expect(cases.length).toBeGreaterThanOrEqual(15));

  it.each(cases.filter(([, { faults }]) => faults.length === 0))("are the spec's of %s", (_, one) => {
    const flow = flowOf(one.network);
    expect(flow.faults).toEqual([]);
    expect(flow.layers.map(({ gives }) => gives)).toEqual(one.shapes);
    expect(flow.layers.map(({ takes }) => takes)).toEqual(one.taken);
    expect(matricesOf(one.network)?.map(({ layer, rows, columns }) => [layer, rows, columns])).toEqual(one.matrices);
    expect(titleOfNetwork(one.network)).toBe(one.title);
    expect(costOf(specOf(one.network))).toEqual(one.cost);
  });

  it.each(cases.filter(([, { faults }]) => faults.length > 0))("find the spec's faults in %s", (_, one) => {
    expect(flowOf(one.network).faults).toEqual(one.faults);
    expect(costOf(specOf(one.network))).toBeNull();
    expect(shapeOf(specOf(one.network), [])).toBeNull();
  });

  it("leave open what a field that is no number leaves open", () => {
    const design = lenet();
    design.spec.network.layers[0].channels = "many" as never;
    expect(flowOf(design.spec.network).faults).toEqual([]);
    expect(flowOf(design.spec.network).layers.map(({ gives }) => gives?.join() ?? "?")).toEqual([
      "?",
      "?",
      "?",
      "?",
      "?",
      "128",
      "10",
    ]);
  });
});

describe("layers of all kinds", () => {
  it.each(LAYER_KINDS)("can be added: %s", (kind) => {
    const design = addLayer(startDesign("mnist"), undefined, kind);
    expect(kinds(design)).toContain(kind);
    expect(flowOf(design.spec.network).faults).toEqual([]);
  });

  it("go where they fit: convolutions before the rows, flattened there", () => {
    const once = addLayer(startDesign("mnist"), undefined, "conv2d");
    expect(kinds(once)).toEqual(["conv2d", "flatten", "dense", "dense"]);
    const twice = addLayer(addLayer(once, undefined, "max_pool"), undefined, "conv2d");
    expect(kinds(twice)).toEqual(["conv2d", "max_pool", "conv2d", "flatten", "dense", "dense"]);
    expect(flowOf(twice.spec.network).faults).toEqual([]);
  });

  it("become another kind and keep what both have", () => {
    const design = changeKindOfLayer(startDesign(), 0, "recurrent");
    expect(design.spec.network.layers[0]).toMatchObject({ kind: "recurrent", size: 50, feedback: "all_to_all" });
    expect(changeKindOfLayer(design, 0, "dense")).toEqual(startDesign());
    const alpha = neuronEverywhere(startDesign(), NEURON_DEFAULTS.alpha);
    expect(changeKindOfLayer(alpha, 0, "recurrent").spec.network.layers[0].neuron?.kind).toBe("leaky");
    const pooled = changeKindOfLayer(lenet(), 1, "avg_pool");
    expect(pooled.spec.network.layers[1].neuron?.kind).toBe("leaky");
    const convolved = changeKindOfLayer(lenet(), 1, "conv2d").spec.network.layers[1];
    expect(convolved).toMatchObject({ kernel: 2, stride: 1, padding: 0 });
    expect(convolved).not.toHaveProperty("size");
  });

  it("have only the neurons that their kind can have", () => {
    for (const kind of LAYER_KINDS) {
      const { neuron } = layerOfKind(kind, NEURON_DEFAULTS.lapicque);
      expect(neuronsOf(kind), kind).toContain(neuron?.kind ?? "");
    }
    const everywhere = neuronEverywhere(lenet(), NEURON_DEFAULTS.synaptic).spec.network.layers;
    expect(everywhere.map(({ neuron }) => neuron?.kind ?? "")).toEqual([
      "",
      "synaptic",
      "",
      "synaptic",
      "",
      "synaptic",
      "synaptic",
    ]);
  });

  it("are changed together as far as they have the field", () => {
    const all = new Set([0, 1, 2, 3, 4, 5, 6]);
    const design = changeMany(lenet(), all, { bias: false, size: 7 });
    expect(design.spec.network.layers.map(({ bias }) => bias)).toEqual([
      false,
      undefined,
      false,
      undefined,
      undefined,
      false,
      false,
    ]);
    expect(design.spec.network.layers.map(({ size }) => size).filter(Boolean)).toEqual([7, 10]);
    const leaky = NEURON_DEFAULTS.leaky;
    const charged = changeNeurons(lenet(), all, leaky, { ...leaky, beta: 0.5 });
    expect(charged.spec.network.layers.map(({ neuron }) => neuron?.beta ?? 0)).toEqual([0, 0.5, 0, 0.5, 0, 0.5, 0.5]);
  });

  it("come back from a link as they were", () => {
    for (const [name, { network, faults }] of cases) {
      if (faults.length > 0) continue;
      const design = { ...startDesign(), spec: specOf(network) };
      const read = decodeDesign(encodeDesign(design));
      expect(read && costOf(read.spec), name).toEqual(costOf(design.spec));
      expect(
        read?.spec.network.layers.map(({ kind, neuron }) => [kind, neuron?.kind]),
        name,
      ).toEqual(network.layers.map(({ kind, neuron }) => [kind, neuron?.kind]));
    }
    expect(decodeDesign(encodeDesign(lenet()))?.spec.network.layers).toEqual(lenet().spec.network.layers);
  });

  it("stay as they are when their own title is entered, dropout too", () => {
    const design = lenet();
    design.spec.network.layers.splice(2, 0, layerOfKind("dropout", NEURON_DEFAULTS.leaky));
    const read = readHidden(titleOf(design.spec), design.spec.network.input.shape, 10);
    expect(read.fault).toBe("");
    expect(setLayers(design, read.layers)).toEqual(design);
  });

  it("are flattened where an entered line needs it", () => {
    const read = readHidden("8c3-mp2-40", [1, 28, 28], 10);
    const design = setLayers(startDesign("mnist"), read.layers);
    expect(kinds(design)).toEqual(["conv2d", "max_pool", "flatten", "dense", "dense"]);
    expect(flowOf(design.spec.network).faults).toEqual([]);
  });

  it("follow another data set, and the misfit is found at once", () => {
    const design = chooseDataset(lenet(), { name: "digits", input_shape: [1, 8, 8], classes: 10 });
    expect(flowOf(design.spec.network).faults).toMatchObject([{ path: "layers[2].kernel" }]);
  });

  it("are called by what they are, counted", () => {
    expect(layerNames(lenet().spec.network.layers)).toEqual([
      "Conv 1",
      "Pool 1",
      "Conv 2",
      "Pool 2",
      "Flatten",
      "Hidden 1",
      "Output",
    ]);
  });

  it("come from a template with the neuron of new layers and its recipe", () => {
    const template: TemplateRow = {
      name: "lenet",
      title: "LeNet-like",
      summary: "",
      fault: "",
      layers: lenet().spec.network.layers,
      training: { num_steps: 8 },
    };
    const design = applyTemplate({ ...startDesign("mnist"), newNeuron: NEURON_DEFAULTS.synaptic }, template);
    expect(design.spec.training.num_steps).toBe(8);
    expect(design.spec.network.layers[1].neuron).toEqual(NEURON_DEFAULTS.synaptic);
    expect(design.spec.network.layers[0].neuron).toBeNull();
    const own = { ...template.layers[5], neuron: NEURON_DEFAULTS.adaptive } as TemplateRow["layers"][number];
    const kept = applyTemplate(startDesign("mnist"), { ...template, layers: [...template.layers.slice(0, 5), own] });
    expect(kept.spec.network.layers[5].neuron).toEqual(NEURON_DEFAULTS.adaptive);
  });
});

describe("the stages that are drawn", () => {
  it("are maps and rows, each with its place among the layers that spike", () => {
    const shape = shapeOf(specOf(golden.cases.lenet.network), []);
    expect(shape?.layers.map(({ label, grid, size }) => [label, grid?.join("×") ?? "", size])).toEqual([
      ["Input", "28×28", 784],
      ["Conv 1", "24×24", 9216],
      ["Pool 1", "12×12", 2304],
      ["Conv 2", "8×8", 2048],
      ["Pool 2", "4×4", 512],
      ["Hidden 1", "", 128],
      ["Output", "", 10],
    ]);
    expect(shape?.stages.map(({ spiking }) => spiking)).toEqual([null, null, 0, null, 1, 2, 3]);
    expect(shape?.connections.map(({ matrix }) => matrix)).toEqual([0, null, 1, null, 2, 3]);
  });

  it("put neurons behind a normalisation where its values are drawn", () => {
    const shape = shapeOf(specOf(golden.cases.normalised.network), []);
    expect(shape?.layers.map(({ label, sublabel }) => `${label}: ${sublabel}`)).toEqual([
      "Input: 3 × 9 × 12",
      "Conv 1: 16×5×6 Leaky",
      "Pool 1: 16×3×4 average pooling",
      "Output: 10 Leaky",
    ]);
    expect(shape?.stages.map(({ spiking }) => spiking)).toEqual([null, 0, null, 1]);
  });

  it("send a recurrent layer's spikes back to itself", () => {
    const shape = shapeOf(specOf(golden.cases.recurrent.network), []);
    expect(shape?.connections.map(({ from, to, rows, columns }) => [from, to, rows, columns])).toEqual([
      [0, 1, 60, 40],
      [1, 1, 60, 60],
      [1, 2, 10, 60],
      [2, 2, 10, 10],
    ]);
    const alone = shapeOf(specOf(golden.cases["one to one"].network), []);
    expect(alone?.connections[1]).toMatchObject({ from: 1, to: 1, rows: 60, columns: 1, oneToOne: true });
  });
});
