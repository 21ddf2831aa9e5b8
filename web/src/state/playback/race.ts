/** The race of the classes: what speaks for each up to and with each step, as the reading of the run has it. Pure. */
import type { Playback } from "../../api";

export type Reading = Playback["reading"];

/** Classes that lead, none while nothing speaks for any: one leads, several are tied. */
export function leaders(scores: ArrayLike<number>, reading: Reading): number[] {
  const all = Array.from(scores);
  const most = Math.max(...all);
  // A membrane speaks below zero too; no spike is none for everybody.
  return most <= 0 && reading !== "membrane" ? [] : all.flatMap((score, at) => (score === most ? [at] : []));
}

/** A score in the unit that it was won in: spikes, the highest membrane, or the step of the first spike. */
export function standingOf(score: number, reading: Reading, steps: number): string {
  if (reading === "membrane") return score.toFixed(2);
  if (reading === "first_spike") return score > 0 ? `step ${steps - score + 1}` : "–";
  return String(score);
}

/** What the race is run in, for titles and labels. */
export const RACE_WORDS: Record<Reading, string> = {
  count: "spikes up to the step shown",
  membrane: "highest membrane up to the step shown",
  first_spike: "step of the first spike; the earliest wins",
};

/** Softmax of the scores, as the server gives it for the last step. */
export function chancesOf(scores: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(scores));
  const grown = Array.from(scores, (score) => Math.exp(score - most));
  const sum = grown.reduce((a, b) => a + b, 0);
  return grown.map((one) => one / sum);
}
