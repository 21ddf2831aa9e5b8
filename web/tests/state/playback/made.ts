/** Answers of the server made up for tests: what a tiny network did. */
import type { Playback } from "../../../src/api";
import { textOf } from "../../../src/state/playback/base64";

/** Makes the answer of a network whose layers spiked like this: a row of 0s and 1s for each step, layer after layer. */
export function answerOf(layers: number[][][], change: Partial<Playback> = {}): Playback {
  const numSteps = layers[0].length;
  const output = layers[layers.length - 1];
  const counts = output[0].map((_, at) => output.reduce((sum, row) => sum + row[at], 0));
  return {
    run: "r1",
    update: null,
    split: "test",
    index: 0,
    label: 0,
    shape: [1, 1, 2],
    pixels: textOf(Uint8Array.of(0, 255)),
    inputs: { steps: 1, scale: 1, values: textOf(Uint8Array.of(0, 127)) },
    num_steps: numSteps,
    prediction: counts.indexOf(Math.max(...counts)),
    tie: false,
    confidence: 1,
    chances: counts,
    reading: "count",
    scores: counts,
    counts,
    latency: 1,
    race: textOf(new Uint8Array(Float32Array.from(raced(output)).buffer)),
    layers: layers.map((rows) => ({
      neuron: "leaky",
      size: rows[0].length,
      threshold: 2,
      rho: null,
      adaptation: null,
      start: 0,
      recovery: null,
      spikes: textOf(Uint8Array.from(rows.flatMap(packed))),
      // A neuron that spiked stands above its threshold of 2, any other at −0.5.
      membranes: textOf(new Uint8Array(Int16Array.from(rows.flat(), (spike) => (spike ? 250 : -50)).buffer)),
      scale: 0.01,
    })),
    ...change,
  };
}

/** Spikes up to and with each step, row after row. */
function raced(output: number[][]): number[] {
  return output.flatMap((row, step) =>
    row.map((_, at) => output.slice(0, step + 1).reduce((sum, now) => sum + now[at], 0)),
  );
}

/** Bits to whole bytes, the lowest first. */
function packed(row: number[]): number[] {
  const bytes = Array<number>(Math.ceil(row.length / 8)).fill(0);
  row.forEach((bit, at) => (bytes[at >> 3] |= bit << (at & 7)));
  return bytes;
}
