/** The page's words for the server's: one place, so that a thing has one name. */
import type { RunStatus } from "../api";

export const STATUS_WORDS: Record<RunStatus, string> = {
  queued: "Queued",
  running: "Training",
  paused: "Paused",
  finished: "Finished",
  cancelled: "Stopped",
  failed: "Failed",
  interrupted: "Interrupted",
};

export function engineWords(engine: string | null): string {
  if (engine === "fused") return "Fused kernels";
  return engine === "reference" ? "snnTorch, step by step" : "–";
}

export const PHASE_WORDS: Record<string, string> = {
  downloading: "Downloading the data",
  loading: "Loading the data",
  "preparing kernels": "Preparing the kernels",
  training: "Training",
  validating: "Validating",
  testing: "Testing on the test set",
  writing: "Writing results",
};

export const isActive = (status: RunStatus | undefined): boolean =>
  status === "queued" || status === "running" || status === "paused";

/** Ended before its last epoch: it can go on from its last checkpoint. */
export const isResumable = (status: RunStatus | undefined): boolean =>
  status === "cancelled" || status === "interrupted" || status === "failed";
