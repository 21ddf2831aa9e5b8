import type { RunRow } from "../../../src/api";

/** A run as the list has it; `change` says what is different. */
export function madeRun(change: Partial<RunRow> = {}): RunRow {
  return {
    id: "06abc",
    name: "digits 64-20-10",
    status: "finished",
    created_at: 1_700_000_000,
    started_at: 1_700_000_001,
    ended_at: 1_700_000_061,
    dataset: "digits",
    title: "64-20-10",
    neurons: ["leaky"],
    epochs: 3,
    progress: null,
    train_seconds: 48,
    test_accuracy: 0.9164,
    validation_accuracy: 0.91,
    macro_f1: 0.9,
    parameters: 1510,
    seed: 0,
    num_steps: 10,
    pace: "full",
    tags: [],
    archived: false,
    queue_position: null,
    ...change,
  };
}
