import type { Picked } from "./types";

/** By one neuron or one layer, on or back. */
const WALKS: Record<string, { neurons?: number; layers?: number }> = {
  n: { neurons: 1 },
  N: { neurons: -1 },
  PageDown: { layers: 1 },
  PageUp: { layers: -1 },
};

/** Give the neuron that a key leads to from another, in layers of these sizes; null for keys that lead nowhere. */
export function walk(sizes: number[], from: Picked, key: string): Picked {
  const by = WALKS[key];
  if (!by || sizes.length === 0) return null;
  const first = { layer: Math.min(1, sizes.length - 1), neuron: 0 };
  if (!from) return first;
  const layer = Math.min(sizes.length - 1, Math.max(0, from.layer + (by.layers ?? 0)));
  const size = sizes[layer];
  return { layer, neuron: (Math.min(from.neuron, size - 1) + (by.neurons ?? 0) + size) % size };
}
