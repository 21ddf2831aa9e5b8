// @vitest-environment happy-dom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Predictions, RunDetail, SampleBlock } from "../../../src/api";
import { runs, startDesign } from "../../../src/state";
import { browser, EVERY_SAMPLE, PAGE_SIZE } from "../../../src/state/playback";
import { textOf } from "../../../src/state/playback/base64";

const TOTAL = 100;
/** Sample n is a picture of two pixels n, of the class n % 10; every seventh is taken for a 3. */
const decisionOf = (index: number) => (index % 7 === 0 ? 3 : index % 10);
let asked: string[] = [];
let held: (() => void)[] | null = null;

function predictions(): Predictions {
  const all = Array.from({ length: TOTAL }, (_, index) => index);
  return {
    run: "r1",
    update: null,
    split: "test",
    samples: TOTAL,
    num_steps: 5,
    labels: all.map((index) => index % 10),
    decisions: all.map(decisionOf),
    confidences: all.map(() => 0.5),
    latencies: all.map(() => 1),
  };
}

function block(query: URLSearchParams): SampleBlock {
  const start = Number(query.get("start"));
  const given = query.get("indices")?.split(",").map(Number);
  const indices = given ?? Array.from({ length: Number(query.get("count")) }, (_, at) => start + at);
  const known = indices.filter((index) => index < TOTAL);
  const pixels = textOf(Uint8Array.from(known.flatMap((index) => [index, index])));
  const labels = known.map((index) => index % 10);
  return { dataset: "digits", split: "test", total: TOTAL, shape: [1, 1, 2], indices: known, labels, pixels };
}

function serve(url: string): Promise<Response> {
  asked.push(url);
  const { pathname, searchParams } = new URL(url, "http://here");
  const body = pathname.endsWith("predictions") ? predictions() : block(searchParams);
  const answer = () => new Response(JSON.stringify(body));
  if (held === null) return Promise.resolve(answer());
  return new Promise((done) => held?.push(() => done(answer())));
}

function openRun(id: string, status = "finished"): void {
  runs.reset(id);
  runs.detail = { id, status, spec: startDesign().spec } as unknown as RunDetail;
  flushSync();
}

beforeEach(() => {
  vi.stubGlobal("fetch", serve);
  asked = [];
  held = null;
  openRun("r1");
});
afterEach(async () => {
  held = null;
  await browser.choose({ ...EVERY_SAMPLE });
  runs.reset(null);
  flushSync();
  vi.unstubAllGlobals();
});

const shown = () => browser.samples.map(({ index }) => index);

it("turns its pages without asking what the network decides", async () => {
  await browser.load();
  expect([browser.total, browser.pages, shown().length]).toEqual([TOTAL, Math.ceil(TOTAL / PAGE_SIZE), PAGE_SIZE]);
  expect([...browser.samples[3].pixels]).toEqual([3, 3]);
  expect(browser.samples[3].decision).toBeNull();
  await browser.turnTo(99);
  expect(shown()).toEqual(Array.from({ length: TOTAL - 2 * PAGE_SIZE }, (_, at) => 2 * PAGE_SIZE + at));
  expect(asked.some((url) => url.includes("predictions"))).toBe(false);
});

it("shows the samples of a cell of the confusion matrix, and asks for the decisions once", async () => {
  await browser.choose({ ...EVERY_SAMPLE, truth: 4, decided: 3 });
  expect(shown()).toEqual([14, 84]);
  expect(browser.samples.every(({ label, decision }) => label === 4 && decision === 3)).toBe(true);
  await browser.choose({ decided: null, verdict: "right" });
  expect(shown()).toEqual([4, 24, 34, 44, 54, 64, 74, 94]);
  expect(asked.filter((url) => url.includes("predictions")).length).toBe(1);
});

it("says that there are none, without asking for their pictures", async () => {
  await browser.choose({ ...EVERY_SAMPLE, truth: 4, decided: 5 });
  expect([browser.total, shown(), browser.fault, browser.waiting]).toEqual([0, [], "", ""]);
});

it("takes only the answer to what was chosen last", async () => {
  held = [];
  const first = browser.choose({ ...EVERY_SAMPLE });
  const second = browser.turnTo(1);
  const [early, late] = held;
  late();
  await second;
  early();
  await first;
  expect(shown()[0]).toBe(PAGE_SIZE);
});

it("forgets what older weights decided", async () => {
  await browser.choose({ ...EVERY_SAMPLE, verdict: "wrong" });
  openRun("r2");
  expect(browser.predictions).toBeNull();
  await browser.load();
  expect(asked.filter((url) => url.includes("/runs/r2/predictions")).length).toBe(1);
});
