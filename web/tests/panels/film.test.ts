import { beforeEach, describe, expect, it } from "vitest";
import { Film } from "../../src/panels/inside/film";
import { PlayRecord } from "../../src/state/playback/record";
import type { Clock } from "../../src/state/playback";
import type { Shape, Window } from "../../src/state";
import type { NetworkView } from "../../src/view3d";
import { answerOf } from "../state/playback/made";

type Spikes = (Uint8Array | null)[];

/** Takes what a view is told. */
class Listening {
  charges: (Float32Array | null)[] = [];
  spikes: Spikes = [];
  sending: Spikes = [];
  phase: number | null = null;
  calls = 0;
  setActivity(charges: (Float32Array | null)[], spikes: Spikes, sending: Spikes = spikes): void {
    Object.assign(this, { charges, spikes, sending, calls: this.calls + 1 });
  }
  setPulsePhase(phase: number | null): void {
    this.phase = phase;
  }
}

const HIDDEN = [
  [1, 0],
  [0, 1],
];
const OUTPUT = [
  [0, 1],
  [1, 0],
];
const record = new PlayRecord(answerOf([HIDDEN, OUTPUT]));
const at = (step: number, phase: number, playing = true, speed = 4) => ({ step, phase, playing, speed }) as Clock;
const lit = (spikes: Spikes) => spikes.map((layer) => layer && [...layer]);
const dense = (from: number, columns: number) => ({ from, to: from + 1, rows: 2, columns, matrix: from });
const SHAPE: Shape = {
  layers: [],
  stages: [null, 0, 1].map((spiking, at) => ({ layer: at - 1, spiking })),
  connections: [dense(0, 2), dense(1, 2)],
};
const windowOf = (kernel: number, source: Window["source"], target: Window["target"], depthwise: boolean): Window => ({
  kernel,
  stride: kernel,
  padding: 0,
  source,
  target,
  depthwise,
});
let view: Listening;

const filmOf = (reduced = false) => new Film(view as unknown as NetworkView, record, SHAPE, reduced);
beforeEach(() => {
  view = new Listening();
});

describe("a playback in the view", () => {
  it("is a wave: the current first, then each layer's spikes, effects never before their causes", () => {
    const film = filmOf();
    film.show(at(1, 0.1));
    expect(lit(view.spikes)).toEqual([null, HIDDEN[0], OUTPUT[0]]);
    expect(lit(view.sending)).toEqual([[0, 1], null, null]);
    expect(view.phase).toBeCloseTo(0.3, 6);
    film.show(at(1, 0.5));
    expect(lit(view.spikes)).toEqual([null, HIDDEN[1], OUTPUT[0]]);
    expect(lit(view.sending)).toEqual([null, HIDDEN[1], null]);
    film.show(at(1, 0.9));
    expect(lit(view.spikes)).toEqual([null, HIDDEN[1], OUTPUT[1]]);
    expect(view.phase).toBeNull();
  });

  it("begins with calm neurons under a lit input, and tells the view only what changed", () => {
    const film = filmOf();
    film.show(at(0, 0));
    expect(lit(view.spikes)).toEqual([null, null, null]);
    expect([...(view.charges[0] ?? [])]).toEqual([0, 1]);
    film.show(at(0, 0.05));
    film.show(at(0, 0.1));
    expect(view.calls).toBe(1);
  });

  it("stands still at a step with all that happened in it, and where it goes", () => {
    filmOf().show(at(1, 0, false));
    expect(lit(view.spikes)).toEqual([null, HIDDEN[1], OUTPUT[1]]);
    expect(lit(view.sending)).toEqual([[0, 1], HIDDEN[1], OUTPUT[1]]);
    expect(view.phase).toBeGreaterThan(0);
  });

  it("moves no pulses for those who want less motion, nor faster than can be seen", () => {
    filmOf(true).show(at(1, 0.5));
    expect([view.phase, view.sending]).toEqual([null, []]);
    filmOf().show(at(1, 0.5, true, 32));
    expect([view.phase, view.sending]).toEqual([null, []]);
    expect(lit(view.spikes)).toEqual([null, HIDDEN[1], OUTPUT[1]]);
  });

  it("leaves the network calm", () => {
    filmOf().end();
    expect([view.charges, view.spikes]).toEqual([[], []]);
  });

  it("hands spikes on through pooling, and leaves currents without neurons dark", () => {
    const spikes = [[1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]];
    const played = new PlayRecord(answerOf([spikes, [[0, 1]]]));
    const maps: [number, number, number] = [1, 4, 4];
    const shape: Shape = {
      layers: [],
      stages: [null, null, 0, null, 1].map((spiking, at) => ({ layer: at - 1, spiking })),
      connections: [
        { ...dense(0, 1), window: windowOf(1, maps, maps, false) },
        { ...dense(1, 1), window: windowOf(1, maps, maps, true) },
        { ...dense(2, 1), window: windowOf(2, maps, [1, 2, 2], true) },
        dense(3, 4),
      ],
    };
    new Film(view as unknown as NetworkView, played, shape, true).show(at(0, 0, false));
    expect(lit(view.spikes)).toEqual([null, null, spikes[0], [1, 1, 0, 0], [0, 1]]);
  });

  it("that was ended stays calm, whatever was still to be shown", () => {
    const film = filmOf();
    film.show(at(1, 0, false));
    expect(view.spikes.length).toBeGreaterThan(0);
    film.end();
    film.show(at(0, 0, false));
    expect([view.charges, view.spikes, view.sending]).toEqual([[], [], []]);
  });
});
