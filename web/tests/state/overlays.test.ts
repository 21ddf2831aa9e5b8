// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LEAST_HERTZ, MOST_HERTZ, runs, Settings } from "../../src/state";
import { overlays } from "../../src/state/overlays.svelte";
import { madeRun } from "./library/made-runs";

const column = [1, 2];
const CURVES = { updates: { update: column, loss: column, accuracy: column }, epochs: { validation_loss: [null] } };

const rows = ["a001", "a002", "a003"].map((id) => madeRun({ id, name: `run ${id}` }));

beforeEach(() => {
  runs.take(rows);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(CURVES), { status: 200 })));
});
afterEach(() => {
  runs.reset(null);
  for (const { id } of rows) overlays.remove(id);
  vi.unstubAllGlobals();
});

it("runs laid over the open one have colours of their own, and go with a run that is deleted or opened itself", async () => {
  const [first, second, third] = rows.map(({ id }) => id);
  for (const id of [first, second, third, first]) await overlays.add(id);
  expect(overlays.shown.map(({ id }) => id)).toEqual([first, second, third]);
  expect(new Set(overlays.shown.map(({ colour }) => colour)).size).toBe(3);
  runs.reset(second);
  expect(overlays.shown.map(({ id }) => id)).toEqual([first, third]);
  runs.take(rows.filter(({ id }) => id !== third));
  expect(overlays.shown.map(({ id }) => id)).toEqual([first]);
  overlays.remove(first);
  expect(overlays.shown).toEqual([]);
});

it("runs of one name are told apart by the end of their identity", async () => {
  const [one, other] = rows.map((row) => ({ ...row, name: "twin" }));
  runs.take([one, other]);
  await overlays.add(one.id);
  await overlays.add(other.id);
  const names = overlays.shown.map(({ name }) => name);
  expect(names).toEqual(["twin (a001)", "twin (a002)"]);
});

it("a pace of the live view that an older page kept is brought into today's range", () => {
  for (const [kept, now] of [
    [20, MOST_HERTZ],
    [1, LEAST_HERTZ],
    [7, 7],
  ]) {
    localStorage.setItem("snntrainer3d.view", JSON.stringify({ hertz: kept }));
    expect(new Settings().view.hertz).toBe(now);
  }
  localStorage.clear();
});
