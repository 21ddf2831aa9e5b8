/** Where a membrane trace is drawn. Pure. */

export interface Trace {
  name: string;
  /** Membrane potential after each step. */
  potentials: Float32Array;
  /** Of each step; null where the neuron never spikes. */
  threshold: Float32Array | null;
  /** Where the membrane is when nothing happens. */
  rest: number;
  /** A second state of each step, the recovery of neurons whose peaks are cut; null of all others. */
  recovery: Float32Array | null;
  /** Steps at which it spiked. */
  spikes: number[];
  /** Steps at which the spike before was taken off the membrane, or set it back. */
  resets: number[];
}

/**
 * Lowest and highest potential that a row makes room for: rest and threshold always, and what lies beyond; but for the
 * peaks of neurons with a recovery, fifty times as high as all else.
 */
export function rangeOf({ potentials, threshold, rest, recovery }: Trace): [low: number, high: number] {
  let low = rest;
  let high = threshold?.length ? Math.max(rest, rest + (Math.max(...threshold) - rest) * 1.15) : rest;
  const cut = recovery === null ? Infinity : high;
  for (const value of [...potentials, ...(recovery ?? [])]) {
    if (value < low) low = value;
    if (value > high) high = Math.min(value, cut);
  }
  return high > low ? [low, high] : [low, low + 1];
}

/** Steps at which a reset is seen: the one after each spike, which snnTorch resets with a step's delay. */
export function resetsAfter(spikes: readonly number[], steps: number, reset: string): number[] {
  return reset === "none" ? [] : spikes.map((step) => step + 1).filter((step) => step < steps);
}

/** Half of a step in: a value belongs to the whole of its step. */
export const middleOf = (step: number, steps: number, width: number): number => ((step + 0.5) / steps) * width;
