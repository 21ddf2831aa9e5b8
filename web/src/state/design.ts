/** The design a person edits: a run's document and the neuron that new layers get. Pure functions of it. */
import type { DatasetRow, Layer, LayerKind, Neuron, PresetRow, RunSpec, TemplateRow, Training } from "../api";
import { changeLayerKind, DEFAULT_LAYER_SIZE, fitting, layerOfKind, takesFlat, takesMaps } from "./layer-kinds";
import { flowOf, titleOfNetwork } from "./layer-shapes";
import { DEFAULT_KIND, hasCircuit, isOwn, NEURON_DEFAULTS } from "./neurons";
import { ONE_CYCLE, PARTS, type PartName } from "./training-parts";

export interface Design {
  spec: RunSpec;
  newNeuron: Neuron;
  /** What a template set in the training: it goes when another one comes. */
  ofTemplate?: TemplateSettings;
}

export interface TemplateSettings {
  title: string;
  set: Partial<Training>;
  /** The values in their place before. */
  before: Partial<Training>;
}

export const TRAINING_DEFAULTS: Training = {
  format: "snntrainer3d/training",
  version: 1,
  dataset: "digits",
  pixels: "unit",
  coding: { kind: "direct" },
  num_steps: 25,
  epochs: 1,
  batch_size: 128,
  learning_rate: 5e-4,
  optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  schedule: { kind: "constant" },
  warm_up_updates: 0,
  gradient_clip_norm: null,
  loss: "membrane",
  read_last_steps: null,
  correct_rate: 0.8,
  incorrect_rate: 0.2,
  population: 1,
  class_weights: "equal",
  rate_penalty: 0,
  rate_target: 0,
  truncate_steps: null,
  initial_weights: "torch",
  augmentation: { shift_pixels: 0, mirror: false, noise: 0 },
  validation_share: 0,
  split_seed: 0,
  stop_after_epochs: null,
  keep_best: false,
  keep_last_batch: true,
  seed: 0,
  name: "",
  pace: "full",
  engine: "auto",
};

/** Shapes and classes of the sets, for designs made before the server has answered. */
export const KNOWN_DATASETS: Record<string, { shape: number[]; classes: number }> = {
  digits: { shape: [1, 8, 8], classes: 10 },
  mnist: { shape: [1, 28, 28], classes: 10 },
  xor: { shape: [2], classes: 2 },
};

export function layerOf(size: number, neuron: Neuron, bias = true): Layer {
  return { kind: "dense", size, bias, neuron: structuredClone(neuron) };
}

export function startDesign(dataset: "digits" | "mnist" = "digits"): Design {
  const neuron = NEURON_DEFAULTS.leaky;
  const { shape, classes } = KNOWN_DATASETS[dataset];
  const hidden = dataset === "mnist" ? 100 : 50;
  return {
    spec: {
      format: "snntrainer3d/run",
      version: 1,
      network: {
        format: "snntrainer3d/network",
        version: 1,
        input: { shape: [...shape] },
        layers: [layerOf(hidden, neuron), layerOf(classes, neuron)],
      },
      training: { ...TRAINING_DEFAULTS, dataset },
    },
    newNeuron: neuron,
  };
}

/** Steps at the end of a working-memory sample in which it is asked for the answer. */
const MEMORY_RECALL_STEPS = 10;

/** The shape of a network's input for samples of `shape`: population coding makes several inputs of each value. */
export function codedShape(shape: number[], { coding }: Pick<Training, "coding">): number[] {
  return coding.kind === "population" ? [shape[0] * (coding.neurons ?? 8), ...shape.slice(1)] : [...shape];
}

export const inputSize = (spec: RunSpec): number => spec.network.input.shape.reduce((a, b) => a * b, 1);

/** 784-100-10, or 28×28-16c5-mp2-10 */
export const titleOf = (spec: RunSpec): string => titleOfNetwork(spec.network);

/** Neurons of the output: one for each class. */
export const outputSize = (spec: RunSpec): number => spec.network.layers[spec.network.layers.length - 1].size ?? 0;

function withLayers(design: Design, layers: Layer[]): Design {
  return { ...design, spec: { ...design.spec, network: { ...design.spec.network, layers } } };
}

/**
 * Adds a layer before the one at `at`; the output stays last. Without a place a layer that takes maps goes behind the
 * last that gives some, and flattening comes with it where the next layer would get maps otherwise.
 */
export function addLayer(design: Design, at?: number, kind: LayerKind = "dense"): Design {
  const layers = design.spec.network.layers;
  const output = layers.length - 1;
  const place = Math.min(Math.max(at ?? placeFor(design, kind), 0), output);
  const fresh = layerOfKind(kind, design.newNeuron);
  if (fresh.size !== undefined) fresh.size = sizeLike(layers[place - 1]);
  const added = withLayers(design, [...layers.slice(0, place), fresh, ...layers.slice(place)]);
  const next = layers[place];
  if (at !== undefined || !takesMaps(kind) || !takesFlat(next.kind)) return added;
  const flat = layerOfKind("flatten", design.newNeuron);
  return withLayers(design, [...layers.slice(0, place), fresh, flat, ...layers.slice(place)]);
}

const sizeLike = (before: Layer | undefined): number =>
  Number.isInteger(before?.size) ? Number(before?.size) : DEFAULT_LAYER_SIZE;

function placeFor(design: Design, kind: LayerKind): number {
  const { layers } = design.spec.network;
  if (!takesMaps(kind) && kind !== "flatten") return layers.length - 1;
  const flow = flowOf(design.spec.network).layers;
  const flat = layers.findIndex((layer, at) => takesFlat(layer.kind) || flow[at].gives?.length === 1);
  return flat < 0 ? layers.length - 1 : flat;
}

export function duplicateLayer(design: Design, index: number): Design {
  const layers = design.spec.network.layers;
  if (index >= layers.length - 1) return design;
  return withLayers(design, [
    ...layers.slice(0, index + 1),
    structuredClone(layers[index]),
    ...layers.slice(index + 1),
  ]);
}

export function removeLayer(design: Design, index: number): Design {
  const layers = design.spec.network.layers;
  if (index < 0 || index >= layers.length - 1) return design;
  return withLayers(
    design,
    layers.filter((_, at) => at !== index),
  );
}

/** Moves a hidden layer to another place among the hidden ones. */
export function moveLayer(design: Design, from: number, to: number): Design {
  const layers = [...design.spec.network.layers];
  const last = layers.length - 2;
  const place = Math.min(Math.max(to, 0), last);
  if (from < 0 || from > last || place === from) return design;
  const [moved] = layers.splice(from, 1);
  layers.splice(place, 0, moved);
  return withLayers(design, layers);
}

export function changeLayer(design: Design, index: number, change: Partial<Layer>, whole = false): Design {
  return withLayers(
    design,
    design.spec.network.layers.map((layer, at) =>
      at === index ? ({ ...(whole ? {} : layer), ...change } as Layer) : layer,
    ),
  );
}

/** Makes a layer another kind, keeping what both kinds have. */
export function changeKindOfLayer(design: Design, index: number, kind: LayerKind): Design {
  return changeLayer(design, index, changeLayerKind(design.spec.network.layers[index], kind, design.newNeuron), true);
}

export function changeNeuron(design: Design, index: number, neuron: Neuron | null): Design {
  return changeLayer(design, index, { neuron });
}

/** Gives every layer that has neurons, and layers added later, this one, as far as its kind can have it. */
export function neuronEverywhere(design: Design, neuron: Neuron): Design {
  const layers = design.spec.network.layers.map((layer) =>
    layer.neuron ? { ...layer, neuron: fitting(layer.kind, neuron) } : layer,
  );
  return { ...withLayers(design, layers), newNeuron: structuredClone(neuron) };
}

/** Sets the hidden sizes at once, all dense; layers that stay at their place keep their neurons. */
export function setHidden(design: Design, sizes: number[]): Design {
  return setLayers(
    design,
    sizes.map((size) => ({ kind: "dense", size })),
  );
}

/**
 * Sets the layers before the output. A layer that has one of its kind at its place among those that were there keeps
 * its other fields and its neurons; dropout stays behind what it followed, flattening comes where maps meet a row.
 */
export function setLayers(design: Design, plans: (Partial<Layer> & { kind: LayerKind })[]): Design {
  const layers = design.spec.network.layers;
  const groups = groupsOf(layers.slice(0, -1));
  const hidden = plans.flatMap((plan, at) => {
    const [before, ...followers] = groups[at] ?? [];
    const kept = before?.kind === plan.kind;
    return [{ ...(kept ? before : layerOfKind(plan.kind, design.newNeuron)), ...plan }, ...(kept ? followers : [])];
  });
  return withLayers(design, flattened([...hidden, layers[layers.length - 1]], design.newNeuron));
}

/** Each layer that a title names, with the dropouts behind it. */
function groupsOf(layers: Layer[]): Layer[][] {
  const groups: Layer[][] = [];
  for (const layer of layers) {
    if (layer.kind === "flatten") continue;
    if (layer.kind === "dropout") groups[groups.length - 1]?.push(layer);
    else groups.push([layer]);
  }
  return groups;
}

function flattened(layers: Layer[], neuron: Neuron): Layer[] {
  const first = layers.findIndex(({ kind }) => takesFlat(kind));
  if (!layers.slice(0, first).some(({ kind }) => takesMaps(kind))) return layers;
  return [...layers.slice(0, first), layerOfKind("flatten", neuron), ...layers.slice(first)];
}

export function changeTraining(design: Design, change: Partial<Training>): Design {
  return { ...design, spec: { ...design.spec, training: { ...design.spec.training, ...change } } };
}

/** Takes a data set: its input shape, one output per class, a step for each of its frames; xor has no validation. */
export function chooseDataset(
  design: Design,
  info: Pick<DatasetRow, "name" | "input_shape" | "classes"> & { frames?: number },
): Design {
  const layers = [...design.spec.network.layers];
  const last = layers.length - 1;
  layers[last] = { ...layers[last], size: info.classes };
  const network = {
    ...design.spec.network,
    input: { shape: codedShape(info.input_shape, design.spec.training) },
    layers,
  };
  const training = { ...design.spec.training, dataset: info.name };
  training.num_steps = Math.max(training.num_steps, info.frames ?? 0);
  if (info.name === "xor") training.validation_share = 0;
  training.read_last_steps = /^memory(-|$)/.test(info.name) ? MEMORY_RECALL_STEPS : null;
  return { ...design, spec: { ...design.spec, network, training } };
}

/** Takes a template's layers with the neuron of new layers, and what it wants of the training in place of the last one's. */
export function applyTemplate(design: Design, { title, layers, training }: TemplateRow): Design {
  const own = layers.map((layer) => ({
    ...structuredClone(layer),
    // Where a template asks for neurons of its own they are what it is about.
    neuron: layer.neuron?.kind === DEFAULT_KIND ? fitting(layer.kind, design.newNeuron) : layer.neuron,
  }));
  const plain = withLayers(withoutTemplateSettings(design), own);
  const wanted = structuredClone(training) as Partial<Training>;
  const names = (Object.keys(wanted) as (keyof Training)[]).filter(
    (name) => !sameValue(wanted[name], plain.spec.training[name]),
  );
  if (names.length === 0) return plain;
  const ofTemplate = { title, set: picked(wanted, names), before: picked(plain.spec.training, names) };
  return { ...changeTraining(plain, ofTemplate.set), ofTemplate };
}

/** Gives the training back what a template set in it, but for what was changed since. */
export function withoutTemplateSettings({ ofTemplate, ...design }: Design): Design {
  if (!ofTemplate) return design;
  const { set, before } = ofTemplate;
  const left = (Object.keys(before) as (keyof Training)[]).filter((name) =>
    sameValue(design.spec.training[name], set[name]),
  );
  return changeTraining(design, picked(before, left));
}

const picked = (values: Partial<Training>, names: (keyof Training)[]): Partial<Training> =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

/** Gives a part of the training another kind; another coding may make more inputs of each value. */
export function changePart(design: Design, part: PartName, kind: string, sample: number[] | null): Design {
  const changed = changeTraining(design, { [part]: structuredClone(PARTS[part][kind].start) });
  return part === "coding" && sample ? inputFitted(changed, sample) : changed;
}

/** Changes a field of such a part. */
export function changePartField(
  design: Design,
  part: PartName,
  field: string,
  value: unknown,
  sample: number[] | null,
): Design {
  const changed = changeTraining(design, { [part]: { ...design.spec.training[part], [field]: value } });
  return part === "coding" && sample ? inputFitted(changed, sample) : changed;
}

/** Gives the input the shape that samples have with the design's coding. */
export function inputFitted(design: Design, sample: number[]): Design {
  const input = { shape: codedShape(sample, design.spec.training) };
  return { ...design, spec: { ...design.spec, network: { ...design.spec.network, input } } };
}

/** Puts a recipe into the training and into every neuron of the kinds it speaks of. */
export function applyPreset(design: Design, preset: PresetRow): Design {
  const before = design.spec.training;
  const recipe = { ...preset.training, ...preset.datasets[before.dataset] } as Partial<Training>;
  const training = completed({ ...before, ...structuredClone(recipe) });
  if (training.dataset === "xor") training.validation_share = 0;
  const layers = design.spec.network.layers.map((layer) => ({
    ...layer,
    neuron: layer.neuron && withRecipe(layer.neuron, preset),
  }));
  const changed = withLayers(design, layers);
  return { spec: { ...changed.spec, training }, newNeuron: withRecipe(design.newNeuron, preset) };
}

/** Fills in what a recipe leaves to the spec's defaults, so that every field has a value to edit. */
function completed(training: Training): Training {
  const schedule = training.schedule.kind === "one_cycle" ? { ...ONE_CYCLE, ...training.schedule } : training.schedule;
  const optimizer = {
    ...PARTS.optimizer[training.optimizer.kind].start,
    ...training.optimizer,
  } as Training["optimizer"];
  return { ...training, optimizer, schedule };
}

function withRecipe(neuron: Neuron, preset: PresetRow): Neuron {
  if (isOwn(neuron)) return neuron;
  const recipe = preset.neurons[neuron.kind];
  if (!recipe) return neuron;
  const mixed = { ...neuron, ...structuredClone(recipe) } as Neuron;
  if (hasCircuit(neuron.kind) && recipe.beta != null) {
    delete mixed.resistance_ohm;
    delete mixed.capacitance_f;
    delete mixed.time_step_s;
  }
  return mixed;
}

/** Tells whether the design already is what the recipe would make of it. */
export const followsPreset = (design: Design, preset: PresetRow): boolean =>
  sameValue(applyPreset(design, preset).spec, design.spec);

/** Deep equality of plain values; a field left out equals null. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a == null && b == null) return true;
  if (typeof a !== "object" || typeof b !== "object" || a == null || b == null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
