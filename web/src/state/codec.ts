/** A design as a short text for links and storage: only what differs from the defaults, as base64url of JSON. */
import type { Layer, LayerKind, BuiltInKind, Neuron, RunSpec } from "../api";
import { layerOf, sameValue, startDesign, TRAINING_DEFAULTS, type Design, type TemplateSettings } from "./design";
import { LAYER_DEFAULTS } from "./layer-kinds";
import { isOwn, NEURON_DEFAULTS, NEURON_KINDS } from "./neurons";
import { ownOf } from "./own-neuron";

/**
 * v version, i input shape, n neurons, l layers, t training, d neuron of new layers, s what a template set. Dense layers are [size, neuron,
 * bias, times], others their kind, the number of their neuron and what differs from their defaults.
 */
interface Packed {
  v: 1;
  i: number[];
  n: object[];
  l: (Row | Other)[];
  t: Record<string, unknown>;
  d: number;
  s?: TemplateSettings;
}

type Row = [size: number, neuron: number, bias: 0 | 1, times: number];
interface Other extends Partial<Omit<Layer, "neuron">> {
  kind: LayerKind;
  /** Missing where the layer has none. */
  n?: number;
}

/** Longer links, and more layers than this, are no design that somebody made: they would only stop the page. */
const MOST_CHARACTERS = 100_000;
const MOST_LAYERS = 1000;

export function encodeDesign(design: Design): string {
  const neurons: object[] = [];
  const numberOf = (neuron: Neuron): number => {
    const packed = packNeuron(neuron);
    const known = neurons.findIndex((other) => sameValue(other, packed));
    return known >= 0 ? known : neurons.push(packed) - 1;
  };
  const rows: Packed["l"] = [];
  for (const layer of design.spec.network.layers) {
    const neuron = layer.neuron && numberOf(layer.neuron);
    if (layer.kind !== "dense" || neuron === null) {
      const { neuron: _, ...fields } = layer;
      const own = differing(fields, LAYER_DEFAULTS[layer.kind]);
      rows.push({ kind: layer.kind, ...own, ...(neuron === null ? {} : { n: neuron }) });
      continue;
    }
    const [bias, size] = [layer.bias ? 1 : 0, layer.size as number] as const;
    const last = rows[rows.length - 1];
    if (Array.isArray(last) && last[0] === size && last[1] === neuron && last[2] === bias) last[3] += 1;
    else rows.push([size, neuron, bias, 1]);
  }
  const packed: Packed = {
    v: 1,
    i: design.spec.network.input.shape,
    n: neurons,
    l: rows,
    t: differing(design.spec.training, TRAINING_DEFAULTS),
    d: numberOf(design.newNeuron),
    ...(design.ofTemplate && { s: design.ofTemplate }),
  };
  return toBase64Url(JSON.stringify(packed));
}

/** Reads such a text; null for anything that is not one: a damaged link must not break the page. */
export function decodeDesign(text: string): Design | null {
  if (text.length > MOST_CHARACTERS) return null;
  try {
    const packed = JSON.parse(fromBase64Url(text)) as Packed;
    if (packed.v !== 1) return null;
    const neurons = packed.n.map(unpackNeuron);
    const layers: Layer[] = packed.l.flatMap((row) => {
      if (!Array.isArray(row)) return [unpackOther(row, neurons)];
      const [size, neuron, bias, times] = row;
      return Array.from({ length: Math.min(times, 200) }, () => layerOf(size, neurons[neuron], bias === 1));
    });
    const shape = packed.i.map(Number);
    if (
      layers.length === 0 ||
      layers.length > MOST_LAYERS ||
      shape.length === 0 ||
      neurons.includes(undefined as never)
    )
      return null;
    const spec: RunSpec = startDesign().spec;
    return {
      spec: {
        ...spec,
        network: { ...spec.network, input: { shape }, layers },
        training: { ...TRAINING_DEFAULTS, ...packed.t },
      },
      newNeuron: neurons[packed.d] ?? NEURON_DEFAULTS.leaky,
      ...(packed.s && { ofTemplate: unpackSettings(packed.s) }),
    };
  } catch {
    return null;
  }
}

function unpackSettings({ title, set, before }: TemplateSettings): TemplateSettings {
  const known = (values: object) => Object.entries(values).filter(([name]) => name in TRAINING_DEFAULTS);
  return { title: String(title), set: Object.fromEntries(known(set)), before: Object.fromEntries(known(before)) };
}

function unpackOther({ n, ...fields }: Other, neurons: Neuron[]): Layer {
  const defaults = LAYER_DEFAULTS[fields.kind];
  if (!defaults || (n !== undefined && !neurons[n])) throw new Error(`no layer ${String(fields.kind)}`);
  return { ...defaults, ...fields, neuron: n === undefined ? null : structuredClone(neurons[n]) };
}

function packNeuron(neuron: Neuron): object {
  if (isOwn(neuron)) return neuron;
  return { kind: neuron.kind, ...differing(neuron, NEURON_DEFAULTS[neuron.kind]) };
}

function unpackNeuron(packed: object): Neuron {
  if (isOwn(packed as Neuron)) return ownOf(packed);
  const { kind } = packed as { kind: BuiltInKind };
  if (!NEURON_KINDS.includes(kind)) throw new Error(`no neuron ${String(kind)}`);
  const neuron = { ...structuredClone(NEURON_DEFAULTS[kind]), ...packed } as Neuron;
  if (neuron.beta === null) delete neuron.beta;
  return neuron;
}

/** The entries of `value` that are not the default's; a β that is gone is written as null, what older documents lack not. */
function differing(value: object, defaults: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const left = value as Record<string, unknown>;
  const right = defaults as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!(key in left) && key !== "beta") continue;
    if (!sameValue(left[key], right[key])) found[key] = left[key] ?? null;
  }
  return found;
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (mark) => mark.charCodeAt(0)));
}
