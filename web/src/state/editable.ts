/** Which documents the bench can edit and the stage can draw; the others are told in words. */
import type { AnyRunSpec, RunSpec } from "../api";

/** Gives the document where it can be edited and drawn, that is where all its layers are dense; null where not. */
export function editable(spec: AnyRunSpec): RunSpec | null {
  return spec.network.layers.every((layer) => layer.kind === "dense") ? (spec as RunSpec) : null;
}

const KIND_NAMES: Record<string, string> = {
  conv2d: "convolution",
  avg_pool: "average pooling",
  max_pool: "maximum pooling",
  flatten: "flattening",
  dropout: "dropout",
  batch_norm: "batch normalisation",
  recurrent: "recurrence",
};

/** The kinds of layer, in words, for which a document cannot be edited here. */
export const otherKinds = (spec: AnyRunSpec): string =>
  [...new Set(spec.network.layers.map((layer) => KIND_NAMES[layer.kind] ?? ""))].filter(Boolean).join(", ");
