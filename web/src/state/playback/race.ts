/** How the outputs' spike counts grow, and who leads. Pure. */
import type { LayerRecord } from "./record";

/** Spikes of each output up to and with each step, a row for each step. */
export function countsOf(output: LayerRecord, numSteps: number): Uint32Array {
  const { size } = output;
  const counts = new Uint32Array(numSteps * size);
  for (let at = 0; at < counts.length; at += 1) counts[at] = (at < size ? 0 : counts[at - size]) + output.spikes[at];
  return counts;
}

/** Outputs with the most spikes, none while there are no spikes: one leads, several are tied. */
export function leaders(counts: ArrayLike<number>): number[] {
  const most = Math.max(0, ...Array.from(counts));
  return most === 0 ? [] : Array.from(counts).flatMap((count, at) => (count === most ? [at] : []));
}

/** Softmax of the counts, as the server gives it for the last step. */
export function chancesOf(counts: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(counts));
  const grown = Array.from(counts, (count) => Math.exp(count - most));
  const sum = grown.reduce((a, b) => a + b, 0);
  return grown.map((one) => one / sum);
}
