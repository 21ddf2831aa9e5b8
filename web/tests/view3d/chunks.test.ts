import { describe, expect, it } from "vitest";
import { adaptBudget, NOTHING, planChunk, SMALL_BLOCK, strideFor, type Range } from "../../src/view3d/chunks";

/** All ranges of a picture, drawn with one budget. */
function drawAll(counts: number[], budget: number): Range[][] {
  const chunks: Range[][] = [];
  let progress = NOTHING;
  while (progress.done < 1) {
    const chunk = planChunk(counts, progress, budget);
    expect(chunk.progress.done).toBeGreaterThan(progress.done);
    progress = chunk.progress;
    chunks.push(chunk.ranges);
    expect(chunks.length).toBeLessThan(10_000);
  }
  return chunks;
}

describe("planChunk", () => {
  const BIG = [784_000, 1_000_000, 10_000];

  it.each([1, 50_000, 120_000, 900_000, 10_000_000])("draws every edge once with a budget of %i", (budget) => {
    const chunks = drawAll(BIG, budget).flat();
    for (const block of [0, 1]) {
      const ranges = chunks.filter((range) => range.block === block);
      expect(ranges[0].start).toBe(0);
      ranges.slice(1).forEach((range, at) => expect(range.start).toBe(ranges[at].end));
      expect(ranges[ranges.length - 1].end).toBe(BIG[block]);
    }
  });

  it("draws small blocks whole, and their intensity adds up to one", () => {
    for (const budget of [30_000, 100_000, 5_000_000]) {
      const ranges = drawAll(BIG, budget)
        .flat()
        .filter((range) => range.block === 2);
      for (const range of ranges) expect([range.start, range.end]).toEqual([0, 10_000]);
      expect(ranges.reduce((sum, range) => sum + range.share, 0)).toBeCloseTo(1, 9);
    }
  });

  it("keeps small blocks as bright as the rest, within a quarter, and out of most chunks", () => {
    let progress = NOTHING;
    let times = 0;
    while (progress.done < 1) {
      const chunk = planChunk(BIG, progress, 20_000);
      progress = chunk.progress;
      times += chunk.ranges.filter((range) => range.block === 2).length;
      expect(progress.small / progress.done).toBeGreaterThanOrEqual(1 - 1e-9);
      expect(progress.small / progress.done).toBeLessThanOrEqual(1.25 + 1e-9);
    }
    expect(times).toBeLessThan(25);
  });

  it("draws a network of small blocks at once", () => {
    const chunks = drawAll([SMALL_BLOCK, 1000, 10], 5_000);
    expect(chunks).toHaveLength(1);
    expect(chunks[0].map((range) => range.share)).toEqual([1, 1, 1]);
  });

  it("keeps to its budget", () => {
    const chunks = drawAll(BIG, 100_000);
    for (const chunk of chunks) {
      const edges = chunk.filter((range) => range.block < 2).reduce((sum, range) => sum + range.end - range.start, 0);
      expect(edges).toBeLessThanOrEqual(126_000);
    }
  });

  it("needs no draw for a block without edges", () => {
    expect(drawAll([0, 0], 1000)).toEqual([[]]);
  });
});

describe("strideFor", () => {
  it.each([30, 1000, 20_001, 78_400, 784_000, 1_000_000, 1_000_003, 9_552_000, 60_000_000])(
    "suits %i edges",
    (count) => {
      const stride = strideFor(count);
      expect(stride).toBeGreaterThan(1);
      expect(count % stride).not.toBe(0);
      expect(stride * (count - 1)).toBeLessThan(2 ** 32);
      for (let divisor = 2; divisor * divisor <= stride; divisor++) expect(stride % divisor).not.toBe(0);
    },
  );

  it("visits every edge once", () => {
    const count = 78_400;
    const seen = new Uint8Array(count);
    for (let at = 0; at < count; at++) seen[(at * strideFor(count)) % count]++;
    expect(seen.every((times) => times === 1)).toBe(true);
  });

  it("lets every chunk sample all neurons evenly, at both ends", () => {
    const [rows, columns] = [1000, 784];
    const count = rows * columns;
    const [targets, sources] = [new Uint32Array(rows), new Uint32Array(columns)];
    for (let at = 200_000; at < 260_000; at++) {
      const edge = (at * strideFor(count)) % count;
      targets[Math.floor(edge / columns)]++;
      sources[edge % columns]++;
    }
    const spread = (counts: Uint32Array) => Math.max(...counts) / Math.max(1, Math.min(...counts));
    expect(spread(targets)).toBeLessThan(1.6);
    expect(spread(sources)).toBeLessThan(1.6);
  });
});

describe("adaptBudget", () => {
  it("shrinks when frames are slow and grows when they are fast", () => {
    expect(adaptBudget(100_000, 40, 200_000)).toBeLessThan(100_000);
    expect(adaptBudget(100_000, 400, 200_000)).toBeLessThan(adaptBudget(100_000, 40, 200_000));
    expect(adaptBudget(100_000, 10, 200_000)).toBeGreaterThan(100_000);
    expect(adaptBudget(100_000, 21, 200_000)).toBe(100_000);
  });

  it("completes a picture in a bounded number of frames, however slow they are", () => {
    let budget = 100_000;
    for (let frame = 0; frame < 50; frame++) budget = adaptBudget(budget, 1000, 1_794_000);
    expect(1_794_000 / budget).toBeLessThan(50);
    for (let frame = 0; frame < 90; frame++) budget = adaptBudget(budget, 1, 1_794_000);
    expect(budget).toBeLessThan(20_000_000);
  });
});
