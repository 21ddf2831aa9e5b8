/** Many layers at once: pure functions of the design. */
import type { Layer, Neuron } from "../api";
import { layerOf, sameValue, setHidden, type Design } from "./design";
import { mayHave } from "./layer-kinds";
import { changeKind, isOwn } from "./neurons";
import { MOST_LAYERS } from "./quick-entry";

/** Hidden layers to begin with: the paper's advice for MNIST is layers of ten or more, narrowing. */
export const TEMPLATES: { name: string; sizes: number[]; help: string }[] = [
  { name: "30-25-20-15-10", sizes: [30, 25, 20, 15, 10], help: "The paper's advice: at least ten neurons, narrowing" },
  { name: "100", sizes: [100], help: "One hidden layer, as the paper's best networks" },
  { name: "400", sizes: [400], help: "One wide hidden layer: more accurate, slower" },
  { name: "200-100", sizes: [200, 100], help: "Two hidden layers, narrowing" },
];

export const equal = (count: number, size: number): number[] =>
  Array.from({ length: Math.min(Math.max(count, 0), MOST_LAYERS) }, () => size);

/** Gives sizes that go evenly from one to another. */
export function triangle(from: number, to: number, count: number): number[] {
  if (count <= 1) return equal(count, from);
  return equal(count, 0).map((_, at) => Math.round(from + ((to - from) * at) / (count - 1)));
}

/** Adds hidden layers after the last one. */
export function addLayers(design: Design, sizes: number[]): Design {
  const layers = design.spec.network.layers;
  const fresh = sizes.map((size) => layerOf(size, design.newNeuron));
  return withLayers(design, [...layers.slice(0, -1), ...fresh, layers[layers.length - 1]]);
}

export const replaceHidden = setHidden;

/** Changes every chosen layer, as far as it has the fields; the output keeps its size, which is the number of classes. */
export function changeMany(design: Design, chosen: ReadonlySet<number>, change: Partial<Layer>): Design {
  const last = design.spec.network.layers.length - 1;
  return mapChosen(design, chosen, (layer, at) => {
    const own = Object.entries(change).filter(([name]) => name in layer && !(at === last && name === "size"));
    return { ...layer, ...(Object.fromEntries(own) as Partial<Layer>) };
  });
}

/**
 * Gives every chosen layer that has neurons what changed from one neuron to another, and nothing else. A field that a
 * layer's kind of neuron does not have is passed over.
 */
export function changeNeurons(design: Design, chosen: ReadonlySet<number>, before: Neuron, after: Neuron): Design {
  const last = design.spec.network.layers.length - 1;
  return mapChosen(design, chosen, (layer, at) => {
    const neuron = layer.neuron && takeChange(layer.neuron, before, after);
    return neuron && mayHave(layer.kind, neuron, at === last) ? { ...layer, neuron } : layer;
  });
}

function takeChange(neuron: Neuron, before: Neuron, after: Neuron): Neuron {
  if (isOwn(after)) return isOwn(before) && !isOwn(neuron) ? neuron : after;
  if (after.kind !== before.kind) return changeKind(neuron, after.kind);
  const own = new Set(Object.keys(neuron));
  const changed = Object.entries(after).filter(
    ([name, value]) => own.has(name) && !sameValue(value, (before as unknown as Record<string, unknown>)[name]),
  );
  return { ...neuron, ...structuredClone(Object.fromEntries(changed)) } as Neuron;
}

/** Doubles the chosen hidden layers, each copy behind its original. */
export function duplicateMany(design: Design, chosen: ReadonlySet<number>): Design {
  const layers = design.spec.network.layers;
  const last = layers.length - 1;
  return withLayers(
    design,
    layers.flatMap((layer, at) => (chosen.has(at) && at < last ? [layer, structuredClone(layer)] : [layer])),
  );
}

export function removeMany(design: Design, chosen: ReadonlySet<number>): Design {
  const layers = design.spec.network.layers;
  return withLayers(
    design,
    layers.filter((_, at) => at === layers.length - 1 || !chosen.has(at)),
  );
}

function mapChosen(design: Design, chosen: ReadonlySet<number>, change: (layer: Layer, at: number) => Layer): Design {
  const { layers } = design.spec.network;
  return withLayers(
    design,
    layers.map((layer, at) => (chosen.has(at) ? change(layer, at) : layer)),
  );
}

function withLayers(design: Design, layers: Layer[]): Design {
  return { ...design, spec: { ...design.spec, network: { ...design.spec.network, layers } } };
}
