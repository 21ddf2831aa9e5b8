/** Many runs in a list: their order, the part that is seen, and which are chosen. Pure. */
import type { RunRow } from "../../api";
import { COLUMNS, compareValues, type Value } from "./columns";

export interface Sort {
  field: string;
  descending: boolean;
}

/** Sorts without moving runs that are equal; `far` holds the values of a field that only the server knows. */
export function sorted(rows: RunRow[], { field, descending }: Sort, far: Record<string, Value> | null): RunRow[] {
  const column = COLUMNS[field];
  const valueOf = column ? column.value : (row: RunRow) => far?.[row.id] ?? null;
  const keyed = rows.map((row) => ({ row, value: valueOf(row) }));
  return keyed.sort((a, b) => compareValues(a.value, b.value, descending)).map(({ row }) => row);
}

/** The rows that are drawn: those that are seen, and some above and below. */
export interface Seen {
  first: number;
  /** One past the last. */
  end: number;
}

const BEYOND = 6;

export function seenRows(top: number, height: number, rowHeight: number, total: number): Seen {
  if (rowHeight <= 0) return { first: 0, end: Math.min(total, BEYOND) };
  const first = Math.floor(top / rowHeight) - BEYOND;
  const end = Math.ceil((top + height) / rowHeight) + BEYOND;
  return { first: Math.min(Math.max(first, 0), total), end: Math.min(Math.max(end, 0), total) };
}

export const toggled = (chosen: string[], id: string): string[] =>
  chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];

/** Chooses everything from one run to another as they stand in the list. */
export function through(chosen: string[], order: string[], from: string | null, to: string): string[] {
  const [a, b] = [from === null ? -1 : order.indexOf(from), order.indexOf(to)];
  if (a < 0 || b < 0) return toggled(chosen, to);
  const range = order.slice(Math.min(a, b), Math.max(a, b) + 1);
  return [...chosen, ...range.filter((id) => !chosen.includes(id))];
}

export interface Best {
  runs: RunRow[];
  by: "validation_accuracy" | "test_accuracy" | null;
  words: string;
}

/** The best of the finished runs, chosen by validation where all of them have one: choosing by the test set flatters. */
export function bestOf(rows: RunRow[], most: number): Best {
  const done = rows.filter((row) => row.test_accuracy !== null || row.validation_accuracy !== null);
  if (done.length === 0) return { runs: [], by: null, words: "None of these runs has a result yet." };
  const validated = done.every((row) => row.validation_accuracy !== null);
  const by = validated ? "validation_accuracy" : "test_accuracy";
  const runs = sorted(done, { field: by, descending: true }, null).slice(0, most);
  const words = validated
    ? "Chosen by validation accuracy."
    : "Chosen by test accuracy, since some have no validation: the accuracy of the best is then flattered.";
  return { runs, by, words };
}

/** The best run of every group of equal values of a column, as the best of each data set. */
export function bestOfEach(rows: RunRow[], field: string): RunRow[] {
  const groups = new Map<Value, RunRow[]>();
  for (const row of rows) {
    const value = COLUMNS[field].value(row);
    groups.set(value, [...(groups.get(value) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => bestOf(group, 1).runs);
}
