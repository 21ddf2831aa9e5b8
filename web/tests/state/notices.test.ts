/** What is told of a fault goes when the fault is over; the log keeps it. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError, unreachable } from "../../src/api";
import { runs } from "../../src/state/runs.svelte";
import { notices, SERVER } from "../../src/state/notices.svelte";
import { madeRun } from "./library/made-runs";

const shown = () => notices.toasts.map(({ text }) => text);
const refusal = () => new ApiError({ code: "conflict", message: "It is busy.", path: "", hint: "", faults: [] });

beforeEach(() => {
  vi.useFakeTimers();
  [notices.toasts, notices.log] = [[], []];
  runs.rows = [];
});
afterEach(() => vi.useRealTimers());

it("a server that did not answer, when it answers again", () => {
  notices.fault(unreachable(), "Pausing");
  notices.fault(refusal(), "Renaming");
  notices.settle(SERVER);
  expect(shown()).toEqual(["Renaming: It is busy."]);
  expect(notices.log.length).toBe(2);
});

it("what was refused, when the same is done", () => {
  notices.fault(refusal(), "Pausing");
  notices.fault(refusal(), "Tagging", " (2 runs)");
  notices.settle("Pausing");
  expect(shown()).toEqual(["Tagging (2 runs): It is busy."]);
  notices.settle("Tagging");
  expect(shown()).toEqual([]);
});

it.each(["failed", "interrupted", "cancelled"] as const)("a run that %s, when it goes on or is deleted", (status) => {
  const row = madeRun({ id: status, status: "running", ended_at: null });
  const ended = { ...row, status, ended_at: Date.now() / 1000 };
  runs.loaded = true;
  runs.take([row]);
  runs.take([ended]);
  expect(shown().length).toBe(1);
  runs.take([{ ...ended, name: "renamed" }]);
  expect(shown().length).toBe(1);
  runs.take([{ ...row, status: "queued" }]);
  expect(shown()).toEqual([]);
  runs.take([row]);
  runs.take([{ ...ended, name: "again" }]);
  expect(shown().length).toBe(1);
  runs.take([]);
  expect(shown()).toEqual([]);
});
