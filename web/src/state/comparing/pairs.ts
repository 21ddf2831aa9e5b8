/** Pairs of compared runs, whichever way round the server told them. Pure. */
import type { ComparedPair, Comparison, McNemarTest, Refused } from "../../api";

export function isRefused(told: object): told is Refused {
  return "refusal" in told;
}

/** The pair of two runs; `turned` where the server told it the other way round. */
export function pairOf(
  comparison: Comparison | null,
  first: string,
  second: string,
): { pair: ComparedPair; turned: boolean } | null {
  for (const pair of comparison?.pairs ?? []) {
    if (pair.first === first && pair.second === second) return { pair, turned: false };
    if (pair.first === second && pair.second === first) return { pair, turned: true };
  }
  return null;
}

/** first − second, cell by cell; null where the classes are not the same. */
export function confusionDifference(first: number[][], second: number[][]): number[][] | null {
  if (first.length !== second.length || first.some((row, at) => row.length !== second[at].length)) return null;
  return first.map((row, i) => row.map((count, j) => count - second[i][j]));
}

export const LEVEL = 0.05;

/** One word for what a test says, after the correction for many tests. */
export function verdictOf(told: McNemarTest | Refused): "different" | "not shown" | "refused" {
  if (isRefused(told)) return "refused";
  return (told.p_holm ?? told.p) < LEVEL ? "different" : "not shown";
}

/** A p as it is printed: never 0. */
export function pWords(p: number | null | undefined): string {
  if (p == null || !Number.isFinite(p)) return "–";
  if (p < 1e-4) return "< 0.0001";
  return p < 0.01 ? p.toFixed(4) : p.toFixed(3);
}

export interface ClassRow {
  name: string;
  values: (number | null)[];
}
