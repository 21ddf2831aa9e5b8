import { describe, expect, it } from "vitest";
import { layout } from "../../src/view3d/layout";
import { planPulses, PULSE_NUMBERS } from "../../src/view3d/pulse-plan";
import { networkOf } from "./shapes";

/** Pulses as [from, to, weight], by neurons' places among all of the network. */
function plan(sizes: number[], values: Int8Array[], spikes: (Uint8Array | null)[]): number[][] {
  const shape = networkOf(sizes);
  const blocks = shape.connections.map((connection, index) => ({ shape: connection, values: values[index] ?? null }));
  const numbers = planPulses(layout(shape), blocks, spikes);
  const count = numbers.length / PULSE_NUMBERS;
  return Array.from({ length: count }, (_, at) => [...numbers.subarray(at * PULSE_NUMBERS, at * PULSE_NUMBERS + 3)]);
}

describe("planPulses", () => {
  const weights = [Int8Array.from([127, -100, 0, 0, 10, 64]), Int8Array.from([-127, 127, 50])];

  it("leaves only from neurons that fired, along strong connections, with their sign", () => {
    const pulses = plan([2, 3, 1], weights, [Uint8Array.from([1, 0]), null, null]);
    // Column 0 of the first block is 127, 0 and 10: one is zero, one too weak.
    expect(pulses).toEqual([[0, 2, 1]]);
  });

  it("leaves from every layer at once", () => {
    const pulses = plan([2, 3, 1], weights, [Uint8Array.from([0, 1]), Uint8Array.from([1, 0, 1]), null]);
    const ends = pulses.map(([from, to]) => [from, to]);
    expect(ends).toEqual([
      [1, 2],
      [1, 4],
      [2, 5],
      [4, 5],
    ]);
    expect(pulses[0][2]).toBeCloseTo(-100 / 127, 6);
    expect(pulses[2][2]).toBe(-1);
  });

  it("needs spikes and weights", () => {
    expect(plan([2, 3, 1], weights, [null, null, null])).toEqual([]);
    expect(plan([2, 3, 1], weights, [])).toEqual([]);
    expect(plan([2, 3, 1], [], [Uint8Array.from([1, 1])])).toEqual([]);
  });

  it("stays bounded when everything fires", () => {
    const sizes = [784, 500, 10];
    const values = [new Int8Array(784 * 500).fill(100), new Int8Array(5000).fill(-100)];
    const pulses = plan(sizes, values, [new Uint8Array(784).fill(1), new Uint8Array(500).fill(1), null]);
    expect(pulses.length).toBeGreaterThan(100);
    expect(pulses.length).toBeLessThan(2500);
  });
});
