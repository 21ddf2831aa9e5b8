/** How many weights of a block have each absolute int8 value, 0 to 128. */
export type Histogram = Uint32Array;

const LEVELS = 129;

/** Count the weights of each absolute value. */
export function histogramOf(values: Int8Array): Histogram {
  const signed = new Uint32Array(256);
  // Four a time where the block is aligned: half the time of one by one.
  const words = values.byteOffset % 4 === 0 ? values.length >> 2 : 0;
  const packed = new Uint32Array(values.buffer, words > 0 ? values.byteOffset : 0, words);
  for (let at = 0; at < words; at++) {
    const word = packed[at];
    signed[word & 255]++;
    signed[(word >>> 8) & 255]++;
    signed[(word >>> 16) & 255]++;
    signed[word >>> 24]++;
  }
  for (let at = 4 * words; at < values.length; at++) signed[values[at] & 255]++;
  const counts = new Uint32Array(LEVELS);
  for (let value = 0; value < 256; value++) counts[value < 128 ? value : 256 - value] += signed[value];
  return counts;
}

/** What makes a weight one of the k strongest: above `level`, or one of `ties` weights at it. */
export interface Threshold {
  level: number;
  ties: number;
  /** How many weights that gives: k, or fewer where fewer are not zero. */
  count: number;
}

/** Find the level that leaves the k strongest weights; weights of zero are never among them. */
export function thresholdFor(counts: Histogram, k: number): Threshold {
  let above = 0;
  for (let level = LEVELS - 1; level > 0; level--) {
    if (above + counts[level] >= k) return { level, ties: k - above, count: k };
    above += counts[level];
  }
  return { level: 0, ties: 0, count: above };
}

/** Give the indices of the k strongest weights, ascending; of equal ones an even sample, not the first. */
export function strongestOf(values: Int8Array, counts: Histogram, k: number): Uint32Array {
  const { level, ties, count } = thresholdFor(counts, k);
  const chosen = new Uint32Array(count);
  const tied = Math.max(1, counts[level]);
  let debt = tied >> 1;
  let at = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const size = value < 0 ? -value : value;
    if (size < level) continue;
    if (size === level) {
      debt += ties;
      if (debt < tied) continue;
      debt -= tied;
    }
    if (at < count) chosen[at++] = index;
  }
  return chosen;
}

/** Sum of (|value| / 127)^gamma over the k strongest weights: the ink that they would spend at full strength. */
export function inkOf(counts: Histogram, k: number, gamma: number): number {
  let left = k;
  let ink = 0;
  for (let level = LEVELS - 1; level > 0 && left > 0; level--) {
    const taken = Math.min(left, counts[level]);
    ink += taken * (level / 127) ** gamma;
    left -= taken;
  }
  return ink;
}
