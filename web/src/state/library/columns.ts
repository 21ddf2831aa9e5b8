/** What can be shown, sorted and filtered of a run that is in the list. Other fields are asked of the server. */
import type { RunRow } from "../../api";
import { ago, count, decimal, duration, MISSING, percent } from "../format";
import { STATUS_WORDS } from "../words";

export type ColumnKind = "text" | "number" | "share" | "seconds" | "time" | "flag";
export type Value = string | number | boolean | null;

export interface Column {
  key: string;
  label: string;
  /** Shorter, above its column. */
  heading?: string;
  kind: ColumnKind;
  /** In rem, of a table's column. */
  width: number;
  value: (row: RunRow) => Value;
  words: (row: RunRow) => string;
  help?: string;
}

const COLUMNS_BY_KEY: Record<string, Omit<Column, "key">> = {
  name: text("Name", 20, (row) => row.name),
  status: {
    ...text("Status", 7.5, (row) => row.status),
    words: (row) => STATUS_WORDS[row.status],
  },
  test_accuracy: share("Test accuracy", "Test", "test_accuracy", "Share of the test set that was decided right"),
  validation_accuracy: share(
    "Validation accuracy",
    "Validation",
    "validation_accuracy",
    "Share of the validation samples that was decided right after the last epoch",
  ),
  macro_f1: share("Macro F1", "Macro F1", "macro_f1", "Mean over classes of the harmonic mean of precision and recall"),
  dataset: text("Data", 6, (row) => row.dataset),
  title: text("Network", 10, (row) => row.title),
  neurons: text("Neuron", 8, (row) => row.neurons.join("+")),
  hidden: { ...text("Hidden", 7, hiddenOf), help: "Sizes of the hidden layers" },
  epochs: {
    ...number("Epochs", 6.5, epochsDone),
    words: (row) =>
      epochsDone(row) === row.epochs ? count(row.epochs) : `${count(epochsDone(row))} of ${count(row.epochs)}`,
    help: "Epochs trained, of those planned where they are fewer",
  },
  num_steps: { ...number("Steps", 5, (row) => row.num_steps), help: "Time steps per sample" },
  seed: { ...number("Seed", 5, (row) => row.seed), words: (row) => String(row.seed) },
  parameters: number("Parameters", 7.5, (row) => row.parameters),
  tags: text("Tags", 11, (row) => row.tags.join(", ")),
  took: {
    label: "Training time",
    heading: "Trained",
    kind: "seconds",
    width: 6.5,
    value: (row) => row.train_seconds,
    words: (row) => duration(row.train_seconds),
    help: "Time in training, without pauses, loading and the test",
  },
  created_at: {
    label: "Made",
    kind: "time",
    width: 7.5,
    value: (row) => row.created_at,
    words: (row) => ago(row.created_at),
  },
  ended_at: {
    label: "Ended",
    kind: "time",
    width: 7.5,
    value: (row) => row.ended_at,
    words: (row) => ago(row.ended_at),
  },
  samples_per_second: number("Samples/s", 7, (row) => row.progress?.samples_per_second ?? null),
  pace: text("Pace", 5, (row) => row.pace),
  archived: {
    label: "Archived",
    kind: "flag",
    width: 6,
    value: (row) => row.archived,
    words: (row) => (row.archived ? "yes" : "no"),
  },
  id: text("Id", 12, (row) => row.id),
};

export const COLUMNS: Record<string, Column> = Object.fromEntries(
  Object.entries(COLUMNS_BY_KEY).map(([key, column]) => [key, { key, ...column }]),
);

export const COLUMNS_AT_FIRST = [
  "test_accuracy",
  "validation_accuracy",
  "status",
  "dataset",
  "title",
  "neurons",
  "epochs",
  "took",
  "created_at",
  "tags",
];

/** Other words for a field that a person may type. */
export const ALIASES: Record<string, string> = {
  accuracy: "test_accuracy",
  test: "test_accuracy",
  acc: "test_accuracy",
  validation: "validation_accuracy",
  val: "validation_accuracy",
  f1: "macro_f1",
  data: "dataset",
  network: "title",
  neuron: "neurons",
  size: "hidden",
  steps: "num_steps",
  tag: "tags",
  params: "parameters",
  made: "created_at",
  created: "created_at",
  ended: "ended_at",
  is: "status",
  lr: "training.learning_rate",
  learning_rate: "training.learning_rate",
  batch_size: "training.batch_size",
  beta: "network.layers[*].neuron.beta",
  alpha: "network.layers[*].neuron.alpha",
};

/** Rooms of a run's document whose fields the server knows. */
const FAR = /^(training|network|results|environment)\./;
export const isFar = (field: string): boolean => FAR.test(field);

function hiddenOf(row: RunRow): string {
  return row.title.split("-").slice(1, -1).join("-");
}

/** Of weights that were read, which have no progress, those of their recipe. */
function epochsDone({ status, epochs, progress }: RunRow): number {
  return progress?.epoch ?? (status === "finished" ? epochs : 0);
}

function text(label: string, width: number, value: (row: RunRow) => string): Omit<Column, "key"> {
  return { label, kind: "text", width, value, words: (row) => value(row) || MISSING };
}

function number(label: string, width: number, value: (row: RunRow) => number | null): Omit<Column, "key"> {
  return { label, kind: "number", width, value, words: (row) => numberWords(value(row)) };
}

function share(
  label: string,
  heading: string,
  key: "test_accuracy" | "validation_accuracy" | "macro_f1",
  help: string,
): Omit<Column, "key"> {
  return {
    label,
    heading,
    kind: "share",
    width: 6.5,
    value: (row) => row[key],
    words: (row) => (key === "macro_f1" ? decimal(row[key], 4) : percent(row[key])),
    help,
  };
}

const numberWords = (value: number | null): string =>
  value != null && !Number.isInteger(value) ? decimal(value) : count(value);

/** Orders values: numbers by size, words by the alphabet with numbers in them by size; what is missing comes last. */
export function compareValues(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null || a === "" || b === "")
    return Number(a === null || a === "") - Number(b === null || b === "");
  const order =
    typeof a === "string" || typeof b === "string" ? collator.compare(String(a), String(b)) : Number(a) - Number(b);
  return descending ? -order : order;
}
const collator = new Intl.Collator("en", { numeric: true });
