/** Which samples are shown: of a class, decided as a class, right or wrong. Pure. */
import type { Predictions } from "../../api";

export interface Choice {
  split: "test" | "train";
  /** True class; null for any. */
  truth: number | null;
  /** Decided class; null for any. */
  decided: number | null;
  verdict: "all" | "wrong" | "right";
  order: "index" | "unsure" | "late";
}

export const EVERY_SAMPLE: Choice = { split: "test", truth: null, decided: null, verdict: "all", order: "index" };

/** Whether the network's decisions must be known to make the choice. */
export const needsDecisions = ({ truth, decided, verdict, order }: Choice): boolean =>
  truth !== null || decided !== null || verdict !== "all" || order !== "index";

/** Gives the indices of the chosen samples, in the chosen order. */
export function chosen({ labels, decisions, confidences, latencies }: Predictions, choice: Choice): number[] {
  const found: number[] = [];
  labels.forEach((label, at) => {
    const right = decisions[at] === label;
    if (choice.truth !== null && label !== choice.truth) return;
    if (choice.decided !== null && decisions[at] !== choice.decided) return;
    if (choice.verdict === "all" || right === (choice.verdict === "right")) found.push(at);
  });
  if (choice.order === "unsure") found.sort((a, b) => confidences[a] - confidences[b] || a - b);
  if (choice.order === "late") found.sort((a, b) => (latencies[b] ?? Infinity) - (latencies[a] ?? Infinity) || a - b);
  return found;
}
