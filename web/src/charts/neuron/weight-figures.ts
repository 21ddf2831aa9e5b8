/** One neuron's weights as figures: how they are spread, which are strong, how they are drawn. Pure. */

export interface Spread {
  least: number;
  most: number;
  mean: number;
  deviation: number;
}

/** Gives the extremes, the mean and the standard deviation; null of no weights. */
export function spreadOf(weights: readonly number[]): Spread | null {
  if (weights.length === 0) return null;
  let [least, most, sum] = [Infinity, -Infinity, 0];
  for (const weight of weights) {
    least = Math.min(least, weight);
    most = Math.max(most, weight);
    sum += weight;
  }
  const mean = sum / weights.length;
  const squares = weights.reduce((total, weight) => total + (weight - mean) ** 2, 0);
  return { least, most, mean, deviation: Math.sqrt(squares / weights.length) };
}

export const largestOf = (weights: readonly number[]): number =>
  weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Counts weights in so many equal bins, an odd number of them, symmetric about zero. */
export function histogramOf(weights: readonly number[], bins: number): Bin[] {
  const largest = largestOf(weights) || 1;
  const width = (2 * largest) / bins;
  const counts = new Uint32Array(bins);
  for (const weight of weights) counts[Math.min(bins - 1, Math.floor((weight + largest) / width))] += 1;
  return Array.from(counts, (count, at) => ({ from: at * width - largest, to: (at + 1) * width - largest, count }));
}

/** Gives the places of the strongest weights, the strongest first. */
export function strongestOf(weights: readonly number[], most: number): number[] {
  const places = weights.map((_, at) => at);
  return places.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b).slice(0, most);
}

/** Weights as int8 shares of the largest, a picture of so many columns: what colour tables take. */
export function pictureOf(weights: readonly number[], columns: number, largest = largestOf(weights)) {
  const rows = Math.ceil(weights.length / columns);
  const values = new Int8Array(rows * columns);
  weights.forEach((weight, at) => (values[at] = Math.round((127 * weight) / (largest || 1))));
  return { values, rows, columns, scale: (largest || 1) / 127 };
}

/** Columns of a picture of values that have no places of their own: broad rather than high. */
export const columnsFor = (count: number): number => Math.max(1, Math.ceil(Math.sqrt(2 * count)));
