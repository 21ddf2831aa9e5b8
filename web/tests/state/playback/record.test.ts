import { describe, expect, it } from "vitest";
import { bytesOf, textOf } from "../../../src/state/playback/base64";
import { chancesOf, leaders, standingOf } from "../../../src/state/playback/race";
import { PlayRecord } from "../../../src/state/playback/record";
import { answerOf } from "./made";

const WIDE = [0, 1, 0, 0, 0, 0, 0, 0, 1, 1];
const HIDDEN = [WIDE, [...WIDE].reverse(), WIDE];
const OUTPUT = [
  [0, 1],
  [1, 1],
  [1, 0],
];

describe("a record", () => {
  const record = new PlayRecord(answerOf([HIDDEN, OUTPUT]));

  it("has every spike at its step and neuron, rows that fill no whole byte included", () => {
    const [hidden, output] = record.layers;
    expect(HIDDEN.map((_, step) => [...hidden.spikesAt(step)])).toEqual(HIDDEN);
    expect(OUTPUT.map((_, step) => [...output.spikesAt(step)])).toEqual(OUTPUT);
    expect(hidden.spiked(1, 0)).toBe(true);
    expect(hidden.spiked(1, 2)).toBe(false);
    expect(hidden.countOf(8)).toBe(3);
  });

  it("gives potentials in their own unit, and as shares of the threshold", () => {
    const [, output] = record.layers;
    expect(output.potential(0, 1)).toBeCloseTo(2.5, 6);
    expect([...output.chargeAt(0)]).toEqual([-0.25, 1.25]);
    expect([...record.pixels]).toEqual([0, 255]);
  });

  it("has its input once where it holds still, and step by step where it moves", () => {
    expect(record.moving).toBe(false);
    expect([...(record.inputAt(2) ?? [])]).toEqual([0, 1]);
    const values = textOf(new Uint8Array(Int8Array.of(127, 0, -127, 0, 0, 127).buffer));
    const moving = new PlayRecord(answerOf([HIDDEN, OUTPUT], { inputs: { steps: 3, scale: 1, values } }));
    expect(moving.moving).toBe(true);
    expect([0, 1, 2].map((step) => [...(moving.inputAt(step) ?? [])])).toEqual([
      [1, 0],
      [-1, 0],
      [0, 1],
    ]);
    const { pixels, rows, columns } = moving.inputPicture();
    expect([rows, columns]).toEqual([2, 3]);
    expect([...pixels]).toEqual([0, 0, 255, 255, 255, 0]);
    expect(new PlayRecord(answerOf([OUTPUT], { inputs: null })).inputAt(0)).toBeNull();
  });

  it("shows a steady input of several curves a value as columns of curves", () => {
    const values = textOf(new Uint8Array(Int8Array.of(127, 0, 0, 0, 127, 0, 0, 0, 127, 127, 0, 0).buffer));
    const bells = new PlayRecord(answerOf([OUTPUT], { inputs: { steps: 1, scale: 1, values } }));
    const { pixels, rows, columns } = bells.curvesPicture(4);
    expect([rows, columns]).toEqual([4, 3]);
    expect([...pixels]).toEqual([255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0]);
  });

  it("takes one threshold for each neuron where they learned their own", () => {
    const answer = answerOf([OUTPUT]);
    answer.layers[0].threshold = [1, 5];
    expect([...new PlayRecord(answer).layers[0].chargeAt(0)]).toEqual([-0.5, 0.5]);
  });

  it("lets an adaptive threshold rise with each spike and fall back", () => {
    const answer = answerOf([[[1], [0], [1], [0]]]);
    answer.layers[0] = { ...answer.layers[0], neuron: "adaptive", rho: 0.5, adaptation: 4 };
    const found = new PlayRecord(answer).layers[0].thresholdsOf(0);
    expect([...(found ?? [])]).toEqual([2, 4, 3, 4.5]);
  });

  it("follows the recovery of an Izhikevich neuron from its spikes and membrane, and its charge from its start", () => {
    const answer = answerOf([[[1], [0]]]);
    const recovery = { a: 0.5, b: [0.5], d: 8, time_step_ms: 1 };
    answer.layers[0] = { ...answer.layers[0], neuron: "izhikevich", start: -4, recovery };
    const layer = new PlayRecord(answer).layers[0];
    // Membranes 2.5 and −0.5: u = −2 + .5·(1.25 + 2), then 8 more and u += .5·(−.25 − u).
    expect([...(layer.recoveryOf(0) ?? [])]).toEqual([-0.375, 3.6875]);
    expect(layer.chargeAt(0)[0]).toBeCloseTo(6.5 / 6, 6);
    expect(new PlayRecord(answerOf([OUTPUT])).layers[0].recoveryOf(0)).toBeNull();
  });

  it("has no threshold of a neuron that never spikes, and shows its charge beside the largest of its layer", () => {
    const answer = answerOf([[[0, 0]]]);
    answer.layers[0] = { ...answer.layers[0], neuron: "integrator", threshold: null, scale: 2 };
    const layer = new PlayRecord(answer).layers[0];
    expect(layer.thresholdsOf(1)).toBeNull();
    expect(layer.chargeAt(0)[0]).toBeCloseTo(-50 / 32767, 6);
  });

  it("is a decision alone where the network is too large", () => {
    const bare = new PlayRecord(answerOf([OUTPUT], { layers: [] }));
    expect(bare.output).toBeNull();
    expect(bare.answer.counts).toEqual([2, 2]);
  });
});

describe("the race", () => {
  it("is what the server says decides, step by step", () => {
    const record = new PlayRecord(answerOf([OUTPUT]));
    expect([...(record.race ?? [])]).toEqual([0, 1, 1, 2, 2, 2]);
    expect(new PlayRecord(answerOf([OUTPUT], { race: null })).race).toBeNull();
  });

  it("is undecided where nothing speaks for a class; a membrane below zero speaks", () => {
    expect(new PlayRecord(answerOf([[[0, 0]]])).undecided).toBe(true);
    const membranes = { reading: "membrane", scores: [-0.5, -0.25] } as const;
    expect(new PlayRecord(answerOf([[[0, 0]]], { ...membranes, scores: [-0.5, -0.25] })).undecided).toBe(false);
  });

  it("tells a standing in the unit it is won in", () => {
    expect(standingOf(7, "count", 10)).toBe("7");
    expect(standingOf(-0.256, "membrane", 10)).toBe("-0.26");
    expect(standingOf(10, "first_spike", 10)).toBe("step 1");
    expect(standingOf(0, "first_spike", 10)).toBe("–");
  });

  it("names who leads: nobody before the first spike, all of a tie", () => {
    expect(leaders([0, 0], "count")).toEqual([]);
    expect(leaders([1, 4, 2], "count")).toEqual([1]);
    expect(leaders([3, 1, 3], "first_spike")).toEqual([0, 2]);
  });

  it("turns counts into chances as the server does, however large they are", () => {
    expect(chancesOf([1, 1])).toEqual([0.5, 0.5]);
    expect(chancesOf([1000, 998])[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 9);
  });
});

it("bytes come through their text whole, also more than one call takes", () => {
  const bytes = Uint8Array.from({ length: 20_001 }, (_, at) => (at * 7) % 256);
  expect(Buffer.from(bytesOf(textOf(bytes))).equals(bytes)).toBe(true);
});
