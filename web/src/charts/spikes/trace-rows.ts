/** Where a membrane trace is drawn. Pure. */

export interface Trace {
  name: string;
  /** Membrane potential after each step. */
  potentials: Float32Array;
  /** Of each step; null where the neuron never spikes. */
  threshold: Float32Array | null;
  /** Steps at which it spiked. */
  spikes: number[];
  /** Steps at which the spike before was taken off the membrane, or set it to zero. */
  resets: number[];
}

/** Lowest and highest potential that a row makes room for: zero and the threshold always, and what lies beyond. */
export function rangeOf({ potentials, threshold }: Trace): [low: number, high: number] {
  let low = 0;
  let high = threshold?.length ? Math.max(0, Math.max(...threshold) * 1.15) : 0;
  for (const value of potentials) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > low ? [low, high] : [low, low + 1];
}

/** Steps at which a reset is seen: the one after each spike, which snnTorch resets with a step's delay. */
export function resetsAfter(spikes: readonly number[], steps: number, reset: string): number[] {
  return reset === "none" ? [] : spikes.map((step) => step + 1).filter((step) => step < steps);
}

/** Half of a step in: a value belongs to the whole of its step. */
export const middleOf = (step: number, steps: number, width: number): number => ((step + 0.5) / steps) * width;
