/** How many weights of a block have each absolute int8 value, 0 to 128. */
export type Histogram = Uint32Array;

const LEVELS = 129;

/** Count the weights of each absolute value. */
export function histogramOf(values: Int8Array): Histogram {
  const signed = new Uint32Array(256);
  const words = wordsOf(values);
  for (let four = 0; four < words.length; four++) {
    const word = words[four];
    signed[word & 255]++;
    signed[(word >>> 8) & 255]++;
    signed[(word >>> 16) & 255]++;
    signed[word >>> 24]++;
  }
  for (let at = 4 * words.length; at < values.length; at++) signed[values[at] & 255]++;
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

const EACH_BYTE = 0x01010101;
const EACH_SIGN = 0x80808080;

/** Give the indices of the k strongest weights, ascending; of equal ones an even sample, not the first. */
export function strongestOf(values: Int8Array, counts: Histogram, k: number): Uint32Array {
  const { level, ties, count } = thresholdFor(counts, k);
  const chosen = new Uint32Array(count);
  const least = Math.max(1, level);
  const tied = Math.max(1, counts[level]);
  let debt = tied >> 1;
  let at = 0;
  const consider = (index: number): void => {
    const size = Math.abs(values[index]);
    if (size < least) return;
    if (size === level) {
      debt += ties;
      if (debt < tied) return;
      debt -= tied;
    }
    if (at < count) chosen[at++] = index;
  };
  const words = wordsOf(values);
  // Added to a size of 0 to 128, this carries into a byte's sign just where the size is not below the level.
  const lift = Math.imul(128 - least, EACH_BYTE);
  for (let four = 0; four < words.length; four++) {
    // Nearly all are below: four are passed over at once.
    if ((sizesOf(words[four]) + lift) & EACH_SIGN) {
      for (let index = 4 * four; index < 4 * four + 4; index++) consider(index);
    }
  }
  for (let index = 4 * words.length; index < values.length; index++) consider(index);
  return chosen;
}

/** Give the absolute values of four weights in one word: of the negative ones, their complement and one more. */
function sizesOf(word: number): number {
  const negative = (word >>> 7) & EACH_BYTE;
  return (word ^ ((negative << 8) - negative)) + negative;
}

/** View weights four a time where they begin on a multiple of four bytes, as those of a frame do; else not at all. */
function wordsOf(values: Int8Array): Uint32Array {
  if (values.byteOffset % 4 !== 0) return new Uint32Array(0);
  return new Uint32Array(values.buffer, values.byteOffset, values.length >> 2);
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
