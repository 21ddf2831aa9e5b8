// Made by `make generate` from the Python models; edit those.

export type PhaseName =
  | "downloading"
  | "loading"
  | "preparing kernels"
  | "training"
  | "validating"
  | "testing"
  | "writing";

export type NoticeLevel = "info" | "warning" | "error";

export type RunStatus = "queued" | "running" | "paused" | "finished" | "cancelled" | "failed" | "interrupted";

/** Stopped on request; the last checkpoint can be resumed from. */
export interface Cancelled {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "cancelled";
}

/** One pass over the training data, its validation and its checkpoint are done. */
export interface EpochDone {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "epoch";
  /** From 0 to 9,007,199,254,740,992. */
  epoch: number;
  /** From 0 to 9,007,199,254,740,992. */
  update: number;
  train_loss: number | null;
  train_accuracy: number;
  validation_loss: number | null;
  validation_accuracy: number | null;
  rates: number[];
  /** Time of this epoch's updates and validation. */
  seconds: number;
}

/** The job ended by an error; `error` is the body of errors.py, `last_words` the end of its log. */
export interface Failed {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "failed";
  error: Record<string, unknown>;
  last_words: string;
}

/** Trained, tested and written; `results` is what results.json holds. */
export interface Finished {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "finished";
  results: Record<string, unknown>;
}

/** The job's process vanished (machine off, killed); it can be resumed from its last checkpoint. */
export interface Interrupted {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "interrupted";
  last_words: string;
}

/** Something a person should know, in plain words; never stops a run. */
export interface Notice {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "notice";
  level: NoticeLevel;
  code: string;
  text: string;
  /** The field of the spec that would change it, if any. */
  path: string;
}

/** What is being done now; `share` is its progress 0–1 where it is known. */
export interface Phase {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "phase";
  phase: PhaseName;
  share: number | null;
  text: string;
}

/** Data and network stand; training begins next. */
export interface Prepared {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "prepared";
  /** `fused` or `reference`, as chosen. */
  engine: string;
  /** Why it was chosen, where that is not obvious. */
  engine_note: string;
  /** From 0 to 9,007,199,254,740,992. */
  threads: number;
  /** From 0 to 9,007,199,254,740,992. */
  parameters: number;
  /** From 0 to 9,007,199,254,740,992. */
  train_samples: number;
  /** From 0 to 9,007,199,254,740,992. */
  validation_samples: number;
  /** From 0 to 9,007,199,254,740,992. */
  test_samples: number;
  /** From 1 to 9,007,199,254,740,992. */
  updates_per_epoch: number;
  /** From 0 to 9,007,199,254,740,992. */
  total_updates: number;
  /** Where this part of the run starts: above 0 after a resume. From 0 to 9,007,199,254,740,992. */
  first_update: number;
}

/** The weights of this update were recorded for replay; `index` counts from 0. */
export interface Snapshot {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "snapshot";
  /** From 0 to 9,007,199,254,740,992. */
  index: number;
  /** From 0 to 9,007,199,254,740,992. */
  update: number;
  /** From 0 to 9,007,199,254,740,992. */
  epoch: number;
}

/** The job was paused, goes on, or was resumed from a checkpoint. */
export interface StateChanged {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "state";
  state: "running" | "paused";
}

/** Means over the updates since the last such event; `update` counts optimizer steps done, from 1. */
export interface Update {
  /** From 0 to 100,000,000,000. */
  at: number;
  kind: "update";
  /** From 0 to 9,007,199,254,740,992. */
  update: number;
  /** The epoch this update belongs to, from 1. From 0 to 9,007,199,254,740,992. */
  epoch: number;
  /** None where it is no longer finite. */
  loss: number | null;
  /** None where it is not known: a network that is only watched. */
  accuracy: number | null;
  learning_rate: number;
  samples_per_second: number;
  /** Per layer. */
  rates: number[];
  /**
   * Root mean square of the gradient over the weights of each layer that has neurons, at this update, before
   * clipping; None where it is not finite, or the layer has no weights.
   */
  gradients: (number | null)[];
}

export type Event =
  | Prepared
  | Phase
  | Update
  | EpochDone
  | Snapshot
  | Notice
  | StateChanged
  | Finished
  | Cancelled
  | Failed
  | Interrupted;
