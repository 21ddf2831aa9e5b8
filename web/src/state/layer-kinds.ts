/** The kinds of layer as the page edits them: titles, defaults, changes of kind. Pure. */
import type { BuiltInKind, Layer, LayerKind, Neuron } from "../api";
import { LAYER_FIELDS } from "./fields";
import { DEFAULT_KIND, isOwn, NEURON_DEFAULTS, NEURON_KINDS, RECURRENT_KINDS, SPIKING_KINDS, spikes } from "./neurons";

export const LAYER_KINDS = Object.keys(LAYER_FIELDS) as LayerKind[];

export const LAYER_TITLES: Record<LayerKind, string> = {
  dense: "Dense",
  conv2d: "Convolution",
  max_pool: "Maximum pooling",
  avg_pool: "Average pooling",
  flatten: "Flatten",
  dropout: "Dropout",
  batch_norm: "Batch normalisation",
  recurrent: "Recurrent",
};

/** What layers of a kind are called where they are counted: Conv 1, Conv 2. */
export const LAYER_NAMES: Record<LayerKind, string> = {
  dense: "Hidden",
  conv2d: "Conv",
  max_pool: "Pool",
  avg_pool: "Pool",
  flatten: "Flatten",
  dropout: "Dropout",
  batch_norm: "Norm",
  recurrent: "Recurrent",
};

export const DEFAULT_LAYER_SIZE = 50;

/** The spec's defaults; the sizes are ours, since the spec asks for them. */
export const LAYER_DEFAULTS: Record<LayerKind, Omit<Layer, "neuron">> = {
  dense: { kind: "dense", size: DEFAULT_LAYER_SIZE, bias: true },
  conv2d: { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: 0, bias: true },
  max_pool: { kind: "max_pool", kernel: 2, stride: null },
  avg_pool: { kind: "avg_pool", kernel: 2, stride: null },
  flatten: { kind: "flatten" },
  dropout: { kind: "dropout", share: 0.2 },
  batch_norm: { kind: "batch_norm", momentum: 0.1, epsilon: 1e-5 },
  recurrent: { kind: "recurrent", size: DEFAULT_LAYER_SIZE, bias: true, feedback: "all_to_all" },
};

/** The field that stands in the layer's own row; empty where there is none. */
export const MAIN_FIELDS: Record<LayerKind, "" | "size" | "channels" | "kernel" | "share"> = {
  dense: "size",
  recurrent: "size",
  conv2d: "channels",
  max_pool: "kernel",
  avg_pool: "kernel",
  dropout: "share",
  flatten: "",
  batch_norm: "",
};

const MAPS: ReadonlySet<LayerKind> = new Set(["conv2d", "max_pool", "avg_pool"]);
const FLAT: ReadonlySet<LayerKind> = new Set(["dense", "recurrent"]);

export const takesMaps = (kind: LayerKind): boolean => MAPS.has(kind);
export const takesFlat = (kind: LayerKind): boolean => FLAT.has(kind);

/** The kinds that may stand last. */
export const isOutputKind = takesFlat;

/** The neurons that a kind of layer can have, as the output also those that never spike; an empty text for none. */
export function neuronsOf(kind: LayerKind, isOutput = false): ("" | BuiltInKind)[] {
  if (kind === "flatten" || kind === "dropout") return [""];
  if (kind === "recurrent") return RECURRENT_KINDS;
  if (kind === "dense") return isOutput ? NEURON_KINDS : SPIKING_KINDS;
  return ["", ...SPIKING_KINDS];
}

/** The layer in a network's title, as in 28×28-16c5-mp2-10; empty where it does not show there. */
export function labelOf({ kind, size, channels, kernel, stride }: Layer): string {
  if (kind === "dense") return String(size);
  if (kind === "recurrent") return `${size}r`;
  if (kind === "conv2d") return `${channels}c${kernel}${Number(stride) > 1 ? `s${stride}` : ""}`;
  if (kind === "max_pool") return `mp${kernel}`;
  if (kind === "avg_pool") return `ap${kernel}`;
  return kind === "batch_norm" ? "bn" : "";
}

export type Plan = Partial<Layer> & { kind: LayerKind };

/** What titles say of layers that are not dense, read back. */
const LABELS: [RegExp, (...numbers: number[]) => Plan][] = [
  [
    /^(\d+)c(\d+)(?:s(\d+))?$/i,
    (channels, kernel, stride) => ({ kind: "conv2d", channels, kernel, stride: stride || 1 }),
  ],
  [/^mp(\d+)$/i, (kernel) => ({ kind: "max_pool", kernel })],
  [/^ap(\d+)$/i, (kernel) => ({ kind: "avg_pool", kernel })],
  [/^bn$/i, () => ({ kind: "batch_norm" })],
  [/^(\d+)r$/i, (size) => ({ kind: "recurrent", size })],
];

/** Gives the layer that a label means; null for what is none. */
export function planOf(label: string): Plan | null {
  for (const [form, plan] of LABELS) {
    const found = form.exec(label);
    if (found) return plan(...found.slice(1).map(Number));
  }
  return null;
}

/** Gives a new layer; pooling and normalisation hand on what they make until somebody gives them neurons. */
export function layerOfKind(kind: LayerKind, neuron: Neuron): Layer {
  const own = kind === "conv2d" || FLAT.has(kind) ? fitting(kind, neuron) : null;
  return { ...structuredClone(LAYER_DEFAULTS[kind]), neuron: own };
}

/** Gives a layer of another kind that keeps the fields and the neurons that both kinds have. */
export function changeLayerKind(layer: Layer, kind: LayerKind, neuron: Neuron): Layer {
  if (layer.kind === kind) return layer;
  const fresh = layerOfKind(kind, layer.neuron ?? neuron);
  const kept = Object.entries(layer).filter(([name]) => name in fresh && name !== "kind" && name !== "neuron");
  const keepsNone = layer.neuron === null && neuronsOf(kind).includes("");
  const changed: Layer = { ...fresh, ...(Object.fromEntries(kept) as Partial<Layer>), neuron: fresh.neuron };
  if (layer.neuron && neuronsOf(kind).length > 1) changed.neuron = fitting(kind, layer.neuron);
  // A convolution's stride cannot be left to its kernel, as a pooling's can.
  if (changed.stride === null && kind === "conv2d") changed.stride = 1;
  return keepsNone ? { ...changed, neuron: null } : changed;
}

/** Whether a kind of layer can have a neuron; one that never spikes only a dense output. */
export function mayHave(kind: LayerKind, neuron: Neuron, isOutput = false): boolean {
  const kinds = neuronsOf(kind, isOutput);
  if (!isOwn(neuron)) return kinds.includes(neuron.kind);
  return kinds.length > 1 && (spikes(neuron) || (isOutput && kind === "dense"));
}

/** Gives a neuron that the kind of layer can have: this one, else one of the first kind. */
export function fitting(kind: LayerKind, neuron: Neuron, isOutput = false): Neuron {
  return structuredClone(mayHave(kind, neuron, isOutput) ? neuron : NEURON_DEFAULTS[DEFAULT_KIND]);
}

/** What each layer is called: the last one Output, the others by kind, counted. */
export function layerNames(layers: readonly { kind: LayerKind }[]): string[] {
  const counts: Record<string, number> = {};
  const total: Record<string, number> = {};
  layers.forEach(({ kind }) => (total[LAYER_NAMES[kind]] = (total[LAYER_NAMES[kind]] ?? 0) + 1));
  return layers.map(({ kind }, at) => {
    if (at === layers.length - 1) return "Output";
    const name = LAYER_NAMES[kind];
    counts[name] = (counts[name] ?? 0) + 1;
    return (kind === "flatten" || kind === "dropout") && total[name] === 1 ? name : `${name} ${counts[name]}`;
  });
}
