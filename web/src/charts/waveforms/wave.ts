/** A membrane of the circuit over time, and what the network has at the end of each step. */
export interface Wave {
  name: string;
  /** Volts, evenly spaced from 0 to `endMs`. */
  circuit: Float32Array;
  endMs: number;
  readMs: Float32Array;
  network: Float32Array;
  thresholdV: number;
  circuitSpikes: readonly number[];
  networkSpikes: readonly number[];
}

/** Volts between which all of a wave lies, threshold and zero included. */
export function rangeOfWave({ circuit, network, thresholdV }: Wave): [low: number, high: number] {
  let [low, high] = [0, thresholdV];
  for (const values of [circuit, network])
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return [low, high + 0.12 * (high - low)];
}

/** What a wave is at a moment, in words. */
export function readingAt(wave: Wave, ms: number): string {
  const at = Math.min(wave.circuit.length - 1, Math.max(0, Math.round((ms / wave.endMs) * (wave.circuit.length - 1))));
  let step = 0;
  wave.readMs.forEach((moment, index) => {
    if (Math.abs(moment - ms) < Math.abs(wave.readMs[step] - ms)) step = index;
  });
  const spiked = wave.circuitSpikes.includes(step) ? ", spikes" : "";
  return (
    `${wave.name}, ${ms.toFixed(1)} ms: circuit ${wave.circuit[at].toFixed(3)} V; ` +
    `step ${step + 1}: network ${wave.network[step].toFixed(3)} V${spiked}`
  );
}
