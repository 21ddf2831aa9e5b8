import type { RunRow, RunsMessage } from "./types";

/** The list of runs, kept up to date by what the server says of it: newest first, rows that did not change the same. */
export class RunsFollowed {
  private rows = new Map<string, RunRow>();

  follow(message: RunsMessage): RunRow[] {
    if (message.whole) this.rows = new Map();
    for (const run of message.gone) this.rows.delete(run);
    for (const row of message.runs) this.rows.set(row.id, row);
    return [...this.rows.values()].sort(newestFirst);
  }
}

function newestFirst(one: RunRow, other: RunRow): number {
  if (one.created_at !== other.created_at) return other.created_at - one.created_at;
  return one.id < other.id ? 1 : -1;
}
