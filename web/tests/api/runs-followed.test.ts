import { describe, expect, it } from "vitest";
import { RunsFollowed } from "../../src/api/runs-followed";
import type { RunRow } from "../../src/api/types";

function row(id: string, created: number, name = id): RunRow {
  return { id, created_at: created, name } as RunRow;
}

describe("the list of runs that a page follows", () => {
  it("takes changes into the whole list and keeps the rest as it was", () => {
    const list = new RunsFollowed();
    const [old, recent] = [row("a", 1), row("b", 2)];
    expect(list.follow({ kind: "runs", whole: true, runs: [recent, old], gone: [] })).toEqual([recent, old]);
    const renamed = row("a", 1, "renamed");
    const followed = list.follow({ kind: "runs", whole: false, runs: [renamed], gone: [] });
    expect(followed).toEqual([recent, renamed]);
    expect(followed[0]).toBe(recent);
  });

  it("puts new runs first, restored ones where they were, and drops what is gone", () => {
    const list = new RunsFollowed();
    list.follow({ kind: "runs", whole: true, runs: [row("d", 4), row("b", 2)], gone: [] });
    const changed = { kind: "runs", whole: false, runs: [row("e", 5), row("c", 4)], gone: ["b"] } as const;
    expect(list.follow({ ...changed, runs: [...changed.runs], gone: ["b"] }).map((one) => one.id)).toEqual([
      "e",
      "d",
      "c",
    ]);
  });

  it("begins anew with a whole list, as after a lost line", () => {
    const list = new RunsFollowed();
    list.follow({ kind: "runs", whole: true, runs: [row("a", 1)], gone: [] });
    expect(list.follow({ kind: "runs", whole: true, runs: [row("b", 2)], gone: [] }).map((one) => one.id)).toEqual([
      "b",
    ]);
  });
});
