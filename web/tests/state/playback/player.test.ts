// @vitest-environment happy-dom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Playback, RunDetail, RunEvent } from "../../../src/api";
import { runs, session, settings, startDesign } from "../../../src/state";
import { player } from "../../../src/state/playback";
import { until } from "../../until";
import { answerOf } from "./made";

// The player looks at the open run as soon as it is imported; a real timer would fire in the midst of some test.
vi.hoisted(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));

const LAYERS = [
  [
    [0, 1],
    [1, 1],
    [0, 1],
  ],
];
interface Asked {
  run: string;
  question: { index?: number; drawing?: object; layers?: boolean };
  answer: (change?: Partial<Playback>) => void;
  refuse: (code: string, message: string) => void;
}
let asked: Asked[] = [];

/** A server that answers when the test says so. */
function listen(url: string, init?: RequestInit): Promise<Response> {
  const run = /runs\/(\w+)\/play$/.exec(url)?.[1];
  if (!run) return Promise.reject(new TypeError("offline"));
  return new Promise((done) => {
    const say = (status: number, body: unknown) => done(new Response(JSON.stringify(body), { status }));
    const question = JSON.parse(String(init?.body));
    const plain = { run, index: question.index ?? null };
    asked.push({
      run,
      question,
      answer: (change = {}) => say(200, answerOf(LAYERS, { ...plain, ...change })),
      refuse: (code, message) => say(409, { error: { code, message, path: "", hint: "", faults: [] } }),
    });
  });
}

function openRun(id: string, dataset: "digits" | "mnist" = "digits"): void {
  const { spec } = startDesign();
  spec.training.dataset = dataset;
  runs.reset(id);
  runs.detail = { id, status: "running", spec } as unknown as RunDetail;
  flushSync();
  vi.advanceTimersByTime(1000);
}

/** The end of an epoch, with its checkpoint. */
function endEpoch(epoch: number): void {
  runs.epoch = { kind: "epoch", epoch } as Extract<RunEvent, { kind: "epoch" }>;
  flushSync();
  vi.advanceTimersByTime(1000);
}

const settled = () => until(() => expect(player.busy).toBe(false));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("fetch", listen);
  asked = [];
  settings.reducedMotion = true;
  openRun("r1");
});
afterEach(() => {
  player.close();
  player.clock.pause();
  runs.reset(null);
  flushSync();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks the open run, shows it on the stage, and moves nothing for those who want less motion", async () => {
  session.stage = "design";
  player.show({ split: "test", index: 4 });
  expect(asked.map(({ run, question }) => [run, question.index, question.layers])).toEqual([["r1", 4, true]]);
  expect([player.busy, session.stage]).toEqual([true, "run"]);
  asked[0].answer();
  await settled();
  expect(player.record?.answer.index).toBe(4);
  expect([player.clock.playing, player.clock.step]).toEqual([false, 2]);
});

it("plays a sample from its first step where motion is welcome, a drawing never", async () => {
  settings.reducedMotion = false;
  player.show({ split: "test", index: 4 });
  asked[0].answer();
  await settled();
  expect([player.clock.playing, player.clock.step]).toEqual([true, 0]);
  player.show({ drawing: () => ({ width: 1, height: 1, pixels: "/w==" }) });
  asked[1].answer();
  await settled();
  expect([player.drawn, player.clock.playing, player.clock.step]).toEqual([true, false, 2]);
  expect(player.answeredAfter).toBeGreaterThanOrEqual(0);
});

it("asks no more than one question at a time while a stroke goes on, and the newest next", async () => {
  const stroke = (at: number) => player.show({ drawing: () => ({ width: at, height: 1, pixels: "" }) });
  for (let at = 1; at <= 5; at += 1) stroke(at);
  expect(asked.length).toBe(1);
  asked[0].answer();
  await until(() => expect(asked.length).toBe(2));
  expect(asked[1].question.drawing).toMatchObject({ width: 5 });
  // What is superseded is no fault.
  asked[1].refuse("conflict", "A newer request took its place.");
  await settled();
  expect([player.fault, player.record !== null]).toEqual(["", true]);
});

it("stays where it is and takes newer weights as a training has them, final ones last", async () => {
  player.show({ split: "test", index: 1 });
  asked[0].answer({ update: 100 });
  await settled();
  player.clock.seek(1);
  endEpoch(2);
  expect(asked.length).toBe(2);
  asked[1].answer({ update: 200 });
  await until(() => expect(player.record?.answer.update).toBe(200));
  expect(player.clock.step).toBe(1);
  endEpoch(3);
  asked[2].answer({ update: null });
  await until(() => expect(player.record?.answer.update).toBeNull());
  endEpoch(4);
  expect(asked.length).toBe(3);
});

it("says why there is no answer, and tries again when the training has weights", async () => {
  player.show({ split: "test", index: 1 });
  asked[0].refuse("not_found", "Run r1 has no weights yet.");
  await settled();
  expect([player.fault, player.record]).toEqual(["Run r1 has no weights yet.", null]);
  endEpoch(1);
  asked[1].answer({ update: 5 });
  await settled();
  expect([player.fault, player.record?.answer.update]).toEqual(["", 5]);
});

it("plays the same sample through another run of the same data, and ends with other data", async () => {
  player.show({ split: "test", index: 7 });
  asked[0].answer();
  await settled();
  openRun("r2");
  expect([asked.length, asked[1].run, asked[1].question.index]).toEqual([2, "r2", 7]);
  expect(player.record).toBeNull();
  asked[1].answer();
  await settled();
  expect(player.record?.answer.run).toBe("r2");
  openRun("r3", "mnist");
  expect([asked.length, player.subject, player.record]).toEqual([2, null, null]);
});

it("drops what comes after the playback was ended or the run left", async () => {
  player.show({ split: "test", index: 7 });
  player.close();
  asked[0].answer();
  await new Promise((done) => setImmediate(done));
  await new Promise((done) => setImmediate(done));
  expect([player.record, player.busy]).toEqual([null, false]);
});
