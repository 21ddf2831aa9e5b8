/** Blocks up to this size are not divided between chunks. */
export const SMALL_BLOCK = 20_000;
/** Chunks below this cost more in calls than in edges. */
const SMALLEST_CHUNK = 4_000;
/** How far small blocks are drawn ahead, so that not every chunk must hold them. */
const AHEAD = 1.25;
const UINT32 = 2 ** 32;
const GOLDEN_SHARE = (Math.sqrt(5) - 1) / 2;

/** What to draw of one block: edges `start` to `end` of its shuffled order, at `share` of their intensity. */
export interface Range {
  block: number;
  start: number;
  end: number;
  share: number;
}

/** How much of a picture is drawn, 0 to 1: of the large blocks, and of the intensity of the small ones. */
export interface Progress {
  done: number;
  small: number;
}

export const NOTHING: Progress = { done: 0, small: 0 };

export interface Chunk {
  progress: Progress;
  ranges: Range[];
}

/**
 * Plan the next chunk of a picture, of about `budget` edges.
 *
 * Large blocks give a part of their edges at full intensity. Small blocks are drawn whole, at a part of their
 * intensity that keeps just ahead of the large ones: so a picture is a fair one at any time, only fainter, and dividing
 * by `done` gives its brightness.
 */
export function planChunk(counts: readonly number[], { done, small }: Progress, budget: number): Chunk {
  const large = counts.reduce((sum, count) => sum + (count > SMALL_BLOCK ? count : 0), 0);
  const step = large > 0 ? Math.max(budget, SMALLEST_CHUNK) / large : 1;
  // A small rest goes with the last chunk instead of costing a frame of its own.
  const next = done + step * 1.25 >= 1 ? 1 : done + step;
  const ahead = next <= small ? small : next === 1 || done === 0 ? next : Math.min(1, next * AHEAD);
  const ranges = counts.flatMap((count, block) => {
    if (count === 0) return [];
    if (count <= SMALL_BLOCK) return ahead > small ? [{ block, start: 0, end: count, share: ahead - small }] : [];
    const start = Math.floor(count * done);
    const end = Math.floor(count * next);
    return end > start ? [{ block, start, end, share: 1 }] : [];
  });
  return { progress: { done: next, small: ahead }, ranges };
}

/**
 * Give the prime stride by which a block is walked: `(i * stride) % count` visits every edge once, and a short stretch
 * already touches the whole block evenly. The product stays below 2³² for the shader's arithmetic.
 */
export function strideFor(count: number): number {
  const highest = Math.floor(UINT32 / count);
  for (let stride = Math.min(highest, Math.floor(count * GOLDEN_SHARE)); stride > 1; stride--) {
    if (count % stride !== 0 && isPrime(stride)) return stride;
  }
  return 1;
}

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

const MOST_EDGES = 8_000_000;
const SLOW_FRAME_MS = 24;
const FAST_FRAME_MS = 19;
/** However slow the machine, a picture is complete within about so many frames. */
const MOST_FRAMES = 48;

/** Give the next frame's budget of edges, from the last one, the time that it took, and the edges of the picture. */
export function adaptBudget(budget: number, frameMs: number, edges: number): number {
  const fewest = Math.max(SMALLEST_CHUNK, Math.ceil(edges / MOST_FRAMES));
  if (frameMs > 4 * SLOW_FRAME_MS) return Math.max(fewest, Math.round(budget * 0.4));
  if (frameMs > SLOW_FRAME_MS) return Math.max(fewest, Math.round(budget * 0.75));
  if (frameMs < FAST_FRAME_MS) return Math.min(MOST_EDGES, Math.round(budget * 1.5));
  return Math.max(fewest, budget);
}
