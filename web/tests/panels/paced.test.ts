import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Paced } from "../../src/panels/inside/paced";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Puts a number each 10 ms for a second, on a machine where a frame takes so long; gives those that were shown. */
function second(frameMs: number): number[] {
  const seen: number[] = [];
  const paced = new Paced<number>(
    (one) => seen.push(one),
    (then) => setTimeout(then, frameMs),
    () => Date.now(),
  );
  for (let at = 0; at < 100; at += 1) {
    paced.put(at);
    vi.advanceTimersByTime(10);
  }
  vi.runAllTimers();
  return seen;
}

it("shows everything where frames are fast", () => {
  expect(second(5).length).toBe(100);
});

it("leaves more than half of the time free where they are slow, and always shows the newest at last", () => {
  const seen = second(100);
  expect(seen.length).toBeGreaterThanOrEqual(4);
  expect(seen.length).toBeLessThanOrEqual(6);
  expect(seen.at(-1)).toBe(99);
});

it("shows nothing more once it is stopped", () => {
  const seen: number[] = [];
  const paced = new Paced<number>(
    (one) => seen.push(one),
    (then) => setTimeout(then, 10),
  );
  paced.put(1);
  paced.put(2);
  paced.stop();
  vi.runAllTimers();
  expect(seen).toEqual([1]);
});
