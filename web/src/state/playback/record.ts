import type { Playback } from "../../api";
import { bytesOf } from "./base64";
import { leaders } from "./race";

/** Of int16: the largest potential of a layer in whole numbers of its scale. */
const MOST = 32767;

/** One layer over time; steps count from 0. */
export class LayerRecord {
  readonly kind: string;
  readonly size: number;
  /** 1 where a neuron spiked, a row for each step. */
  readonly spikes: Uint8Array;
  private readonly potentials: Int16Array;
  private readonly scale: number;
  private readonly played: Playback["layers"][number];

  constructor(
    played: Playback["layers"][number],
    private readonly numSteps: number,
  ) {
    this.kind = played.neuron;
    this.size = played.size;
    this.spikes = unpacked(bytesOf(played.spikes), played.size, numSteps);
    this.potentials = new Int16Array(bytesOf(played.membranes).buffer);
    this.scale = played.scale;
    this.played = played;
  }

  spiked(step: number, neuron: number): boolean {
    return this.spikes[step * this.size + neuron] === 1;
  }

  /** The membrane potential after the step. */
  potential(step: number, neuron: number): number {
    return this.potentials[step * this.size + neuron] * this.scale;
  }

  /** The threshold of a neuron at rest; null where it never spikes. */
  threshold(neuron: number): number | null {
    return this.valueOf("threshold", neuron);
  }

  /** The threshold of a neuron at each step: an adaptive one's rises with every spike and falls back. */
  thresholdsOf(neuron: number): Float32Array | null {
    const threshold = this.threshold(neuron);
    if (threshold === null) return null;
    const [rho, rise] = [this.valueOf("rho", neuron) ?? 0, this.valueOf("adaptation", neuron) ?? 0];
    let adaptation = 0;
    return Float32Array.from({ length: this.numSteps }, (_, step) => {
      adaptation = rho * adaptation + (step > 0 && this.spiked(step - 1, neuron) ? 1 - rho : 0);
      return threshold + rise * adaptation;
    });
  }

  /** The membrane before the first step. */
  get start(): number {
    return this.played.start;
  }

  /** The recovery u of a neuron that has one, after each step; null of any other. */
  recoveryOf(neuron: number): Float32Array | null {
    const { recovery } = this.played;
    if (!recovery) return null;
    const [a, b, d] = [recovery.a, recovery.b, recovery.d].map((value) => one(value, neuron));
    let u = b * this.start;
    return Float32Array.from({ length: this.numSteps }, (_, step) => {
      if (step > 0 && this.spiked(step - 1, neuron)) u += d;
      u += recovery.time_step_ms * a * (b * this.potential(step, neuron) - u);
      return u;
    });
  }

  private valueOf(name: "threshold" | "rho" | "adaptation", neuron: number): number | null {
    const value = this.played[name] ?? null;
    return value === null ? null : one(value, neuron);
  }

  spikesAt(step: number): Uint8Array {
    return this.spikes.subarray(step * this.size, (step + 1) * this.size);
  }

  /** Potentials above the start as shares of the thresholds at rest: 1 is where neurons fire; else of the layer's largest. */
  chargeAt(step: number): Float32Array {
    return Float32Array.from({ length: this.size }, (_, neuron) => {
      const threshold = (this.threshold(neuron) ?? this.scale * MOST) - this.start;
      return threshold > 0 ? (this.potential(step, neuron) - this.start) / threshold : 0;
    });
  }

  /** Spikes of one neuron over all steps. */
  countOf(neuron: number): number {
    let count = 0;
    for (let at = neuron; at < this.spikes.length; at += this.size) count += this.spikes[at];
    return count;
  }
}

/** What a network did with one sample. */
export class PlayRecord {
  readonly numSteps: number;
  /** Those after the input; none where the network is too large to be sent. */
  readonly layers: LayerRecord[];
  /** The sample as a picture, 0–255; of data over time with time from left to right. */
  readonly pixels: Uint8Array;
  /** What speaks for each class up to and with each step, a row for each; null where it was not sent. */
  readonly race: Float32Array | null;
  private readonly inputs: Int8Array;
  private readonly inputRows: number;

  constructor(readonly answer: Playback) {
    this.numSteps = answer.num_steps;
    this.layers = answer.layers.map((layer) => new LayerRecord(layer, answer.num_steps));
    this.pixels = bytesOf(answer.pixels);
    this.race = answer.race === null ? null : new Float32Array(bytesOf(answer.race).buffer);
    this.inputs = answer.inputs ? new Int8Array(bytesOf(answer.inputs.values).buffer) : new Int8Array(0);
    this.inputRows = answer.inputs?.steps ?? 0;
  }

  /** Whether the input changes from step to step, and was sent. */
  get moving(): boolean {
    return this.inputRows > 1;
  }

  /** What enters at a step, as shares of the largest there is, −1 to 1; null where it was too much to be sent. */
  inputAt(step: number): Float32Array | null {
    if (this.inputRows === 0) return null;
    const across = this.inputs.length / this.inputRows;
    const row = this.moving ? step : 0;
    return Float32Array.from(this.inputs.subarray(row * across, (row + 1) * across), (value) => value / 127);
  }

  /** What enters over time as a picture: a column for each step, the first value lowest; brighter is more. */
  inputPicture(): { pixels: Uint8Array; rows: number; columns: number } {
    const rows = this.inputs.length / this.inputRows;
    const pixels = new Uint8Array(this.inputs.length);
    for (let step = 0; step < this.inputRows; step += 1) {
      for (let value = 0; value < rows; value += 1) {
        const size = Math.abs(this.inputs[step * rows + value]);
        pixels[(rows - 1 - value) * this.inputRows + step] = Math.round((size * 255) / 127);
      }
    }
    return { pixels, rows, columns: this.inputRows };
  }

  /** A steady input of several curves a value as a picture: a column for each value, its first curve lowest. */
  curvesPicture(curves: number): { pixels: Uint8Array; rows: number; columns: number } {
    const columns = this.inputs.length / curves;
    const pixels = Uint8Array.from(this.inputs, (_, place) => {
      const [row, value] = [Math.floor(place / columns), place % columns];
      return Math.round((Math.abs(this.inputs[(curves - 1 - row) * columns + value]) * 255) / 127);
    });
    return { pixels, rows: curves, columns };
  }

  /** Whether nothing speaks for any class: the decision is only the first of equals. */
  get undecided(): boolean {
    return leaders(this.answer.scores, this.answer.reading).length === 0;
  }

  get output(): LayerRecord | null {
    return this.layers[this.layers.length - 1] ?? null;
  }
}

const one = (value: number | number[], neuron: number): number => (Array.isArray(value) ? value[neuron] : value);

/** Spreads bits, the lowest of a byte first, each row in whole bytes, to one byte each. */
function unpacked(bits: Uint8Array, size: number, rows: number): Uint8Array {
  const across = Math.ceil(size / 8);
  const spikes = new Uint8Array(rows * size);
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < size; at += 1) {
      spikes[row * size + at] = (bits[row * across + (at >> 3)] >> (at & 7)) & 1;
    }
  }
  return spikes;
}
