/** How own data was read, in words, and what of it can be chosen otherwise. Pure. */
import type { Fault, OwnData } from "../api";
import { count } from "./format";

export type Report = OwnData["report"];

/** Gives the sentences on how data was read; what was scaled stands in its summary. */
export function readingOf(report: Report): string[] {
  return [...report.read, report.label, report.axes].filter(Boolean);
}

/** Gives what was left out, a sentence for each reason. */
export function leftOutOf(report: Report): string[] {
  return report.left_out.map(({ kind, count: number, reason, examples }) => {
    const words = number === 1 ? kind.slice(0, -1) : kind;
    // A file may have several frames, and it is files that are named.
    const rest = kind === "frames" ? 0 : number - examples.length;
    const named = examples.length ? ` (${examples.join(", ")}${rest > 0 ? ` and ${count(rest)} more` : ""})` : "";
    return `${count(number)} ${words}${named}: ${reason.replace(/\.$/, "")}.`;
  });
}

/** Gives the columns of a table as far as they are known: all of one that was read, else those that faults name. */
export function columnsOf(report: Report | null, faults: readonly Fault[]): string[] {
  if (report) return report.table?.columns ?? [];
  const named = faults.map(({ path }) => /(?:^|, )column (.+)$/.exec(path)?.[1]).filter((name) => name !== undefined);
  return [...new Set(named)];
}

/** Gives how the server is told of a column: by its name, or by its number where others have the same. */
export function columnKey(columns: readonly string[], at: number): string {
  const same = columns.filter((name) => name.toLowerCase() === columns[at].toLowerCase());
  return same.length > 1 ? String(at + 1) : columns[at];
}
