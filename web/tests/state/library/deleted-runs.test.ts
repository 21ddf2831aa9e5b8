/** A list that was sent before a deletion does not bring back what is gone. */
import { expect, it } from "vitest";
import { Runs } from "../../../src/state/runs.svelte";
import { madeRun } from "./made-runs";

const [one, other] = [madeRun({ id: "one" }), madeRun({ id: "other" })];
const ids = (runs: Runs) => runs.rows.map(({ id }) => id);

it("keeps a run off the list until the server's list is without it", () => {
  const runs = new Runs();
  runs.hear([one, other]);
  runs.drop(new Set(["one"]));
  expect(ids(runs)).toEqual(["other"]);
  runs.hear([{ ...one, tags: ["late"] }, other]);
  expect(ids(runs)).toEqual(["other"]);
  runs.take([one, other]);
  expect(ids(runs)).toEqual(["other"]);
  runs.hear([other]);
  // Restored from elsewhere: another page, or the command line.
  runs.hear([one, other]);
  expect(ids(runs)).toEqual(["one", "other"]);
});

it("takes a run back at once that is restored here", () => {
  const runs = new Runs();
  runs.hear([one, other]);
  runs.drop(new Set(["one"]));
  runs.welcome(new Set(["one"]));
  runs.take([one, other]);
  expect(ids(runs)).toEqual(["one", "other"]);
});
