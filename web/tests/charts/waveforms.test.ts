/** Waveforms of a circuit: what is drawn and what is read from them. */
import { describe, expect, it } from "vitest";
import { rangeOfWave, readingAt, type Wave } from "../../src/charts/waveforms/wave";

const wave: Wave = {
  name: "Output 1",
  circuit: Float32Array.from({ length: 101 }, (_, at) => at / 100 - 0.25),
  endMs: 10,
  readMs: Float32Array.of(2, 4, 6),
  network: Float32Array.of(0, 0.15, 1.4),
  thresholdV: 1,
  circuitSpikes: [2],
  networkSpikes: [2],
};

describe("A waveform", () => {
  it("is drawn between what circuit, network and threshold reach", () => {
    const [low, high] = rangeOfWave(wave);
    expect(low).toBeCloseTo(-0.25);
    expect(high).toBeGreaterThan(1.4);
    expect(rangeOfWave({ ...wave, network: Float32Array.of(0), circuit: Float32Array.of(0) })[1]).toBeGreaterThan(1);
  });

  it("is read at a moment, the network at the step that is nearest", () => {
    expect(readingAt(wave, 5.2)).toBe("Output 1, 5.2 ms: circuit 0.270 V; step 3: network 1.400 V, spikes");
    expect(readingAt(wave, 0)).toContain("circuit -0.250 V; step 1: network 0.000 V");
    expect(readingAt(wave, 99)).toContain("circuit 0.750 V");
  });
});
