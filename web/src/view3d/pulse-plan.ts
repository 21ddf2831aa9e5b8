import type { Layout } from "./layout";
import type { ConnectionShape } from "./types";
import { visitNeuron } from "./windows";

/** A block of weights as pulses need it. */
export interface PulseBlock {
  shape: ConnectionShape;
  values: Int8Array | null;
}

/** One pulse takes four numbers: the neuron it leaves, the neuron it reaches, its weight from −1 to 1, its delay. */
export const PULSE_NUMBERS = 4;
/** Pulses of one block at a time; more would hide each other. */
const MOST_PULSES = 900;
const MOST_OF_ONE = 8;
/** Weights weaker than this share of their block's largest carry no pulse. */
const WEAKEST = 0.2;
/** Weights looked at in one block for one plan: a bound on the time it takes. */
const MOST_VISITS = 2_000_000;

/** Give the pulses that leave the neurons that fired, along the strongest connections of each. */
export function planPulses(placed: Layout, blocks: readonly PulseBlock[], spikes: readonly (Uint8Array | null)[]) {
  const pulses: number[] = [];
  for (const { shape, values } of blocks) {
    const fired = values ? firedOf(spikes[shape.from] ?? null, Math.floor(MOST_VISITS / visitsOf(shape))) : [];
    if (!values || fired.length === 0) continue;
    const each = Math.max(1, Math.min(MOST_OF_ONE, Math.floor(MOST_PULSES / fired.length)));
    for (const neuron of fired) {
      for (const { target, value } of strongestTargets(values, shape, neuron, each)) {
        const from = placed.layers[shape.from].first + neuron;
        const to = placed.layers[shape.to].first + target;
        // Pulses of one moment would march in step: neighbours start a little apart.
        pulses.push(from, to, value / 127, ((neuron * 7 + target * 13) % 16) / 16);
      }
    }
  }
  return Float32Array.from(pulses);
}

/** Give the neurons that fired; of too many an even sample. */
function firedOf(spikes: Uint8Array | null, most: number): number[] {
  const fired: number[] = [];
  spikes?.forEach((spike, neuron) => {
    if (spike) fired.push(neuron);
  });
  const limit = Math.max(1, Math.min(most, MOST_PULSES));
  if (fired.length <= limit) return fired;
  return Array.from({ length: limit }, (_, index) => fired[Math.floor((index * fired.length) / limit)]);
}

/** Weights that one neuron sends by. */
function visitsOf({ rows, window, oneToOne }: ConnectionShape): number {
  if (oneToOne) return 1;
  return window ? (window.depthwise ? 1 : rows) * window.kernel ** 2 : rows;
}

/** Give up to `count` targets of one neuron, those of its strongest weights, the strongest first. */
function strongestTargets(values: Int8Array, shape: ConnectionShape, neuron: number, count: number) {
  const best: { target: number; value: number; size: number }[] = [];
  visitNeuron(shape, neuron, false, (weight, target) => {
    const value = values[weight];
    const size = Math.abs(value);
    if (size < WEAKEST * 127 || (best.length === count && size <= best[count - 1].size)) return;
    best.push({ target, value, size });
    best.sort((a, b) => b.size - a.size);
    if (best.length > count) best.pop();
  });
  return best;
}
