// Made by `make generate` from the Python models; edit those.
import type { Event, RunStatus } from "./events";
import type {
  AvgPool,
  BatchNorm,
  Conv2d,
  Dense,
  Dropout,
  Flatten,
  MaxPool,
  Neuron,
  Recurrent,
  RunSpec,
  Stimulus,
} from "./spec";

/** Client: this frame is drawn, the next may come. */
export interface Ack {
  /** From 0. */
  ack: number;
}

/** Client: whether weight frames are wanted at all; events come in either case. */
export interface Live {
  live: boolean;
}

/** Client: watch this run from now on (null: none). */
export interface Watch {
  watch: string | null;
  /** Weight frames per second at most. Above 0 to 30. */
  hertz: number;
  /** Line of the run's record to begin at. From 0. */
  events_after: number;
}

/** Client: tell how this study goes on from now on (null: none). */
export interface WatchStudy {
  study: string | null;
}

export type ClientMessage = Watch | Ack | Live | WatchStudy;

/** What went wrong, in the words of errors.py. */
export interface ErrorDetail {
  /** Stable name of the kind of error; docs/errors.md lists them. */
  code: string;
  message: string;
  /** Field of the document that is at fault; empty for the whole. */
  path: string;
  hint: string;
  /** Every fault; at least one. */
  faults: Fault[];
}

/** Server: a message was not understood, or the watched run is gone. */
export interface ErrorMessage {
  kind: "error";
  error: ErrorDetail;
}

/** Server: events of the watched run. */
export interface EventsMessage {
  kind: "events";
  run: string;
  next: number;
  events: Event[];
}

/**
 * One fault of a document or file.
 *
 * `path` is where, as a person writes it (`network.layers[1].neuron.beta`; empty for the whole);
 * `message` says what was got and what was expected; `hint` what to do.
 */
export interface Fault {
  path: string;
  message: string;
  hint: string;
}

/** How far a run is. */
export interface Progress {
  /** The epoch it is in, from 1; 0 before the first update. */
  epoch: number;
  /** Updates done. */
  update: number;
  total_updates: number;
  /** Training samples over the time in updates, lately; 0 before the first. */
  samples_per_second: number;
}

/** A run in a list. Times are seconds since 1970, UTC; accuracies are fractions. */
export interface RunRow {
  id: string;
  name: string;
  status: RunStatus;
  created_at: number;
  /** When its first process began. */
  started_at: number | null;
  /** When its last process ended; None while it is queued, running or paused. */
  ended_at: number | null;
  dataset: string;
  /** The network as people write it: 784-100-10. */
  title: string;
  /** The kinds of neuron in it, each once, from input to output. */
  neurons: string[];
  /** As planned; those done stand in `progress`. */
  epochs: number;
  /** None before data and network stand. */
  progress: Progress | null;
  /** Time in training, without pauses, loading and the test; None until it is finished. */
  train_seconds: number | null;
  test_accuracy: number | null;
  /** Of the last epoch. */
  validation_accuracy: number | null;
  /** On the test set. */
  macro_f1: number | null;
  parameters: number;
  seed: number;
  num_steps: number;
  pace: "full" | "slow" | "update";
  tags: string[];
  archived: boolean;
  /** From 1 while queued for the server to start it. */
  queue_position: number | null;
}

/** Server: the list of runs, newest first, or how it changed. */
export interface RunsMessage {
  kind: "runs";
  /** Whether this is the whole list, as a page gets it first; else `runs` are those that are new or changed. */
  whole: boolean;
  runs: RunRow[];
  /** Runs that are not in the list any more. */
  gone: string[];
}

/** Server: the list of studies changed. */
export interface StudiesMessage {
  kind: "studies";
  studies: StudyRow[];
}

/** The best run so far. */
export interface StudyBest {
  run: string;
  settings: Record<string, unknown>;
  test_accuracy: number | null;
  validation_accuracy: number | null;
}

/** A study in full. */
export interface StudyDetail {
  id: string;
  name: string;
  kind: "study" | "tuning";
  /** Incomplete: runs failed or were deleted, and nothing is left to do. */
  status: "running" | "finished" | "incomplete" | "stopped" | "planned";
  created_at: number;
  total: number;
  /** Status of a run, or state of a trial → how many. */
  counts: Record<string, number>;
  best: StudyBest | null;
  /** Why its process ended, where it failed; else empty. */
  error: string;
  document: Record<string, unknown>;
  /** In the order of training; empty for a tuning, whose runs are its trials. */
  entries: StudyEntry[];
  /** Keys of the best finished runs, at most ten, the best first. */
  leaders: string[];
  /** What leaders are chosen by; choosing by the test set flatters. */
  chosen_by: "validation_accuracy" | "test_accuracy";
  /** Of a tuning, the best first; None for a study. */
  trials: TrialRow[] | null;
  /** Trainings at once, as it was last started from the page. */
  workers: number | null;
  /** Estimated from the runs that are finished; None while it rests. */
  seconds_left: number | null;
}

/** One run of a study. */
export interface StudyEntry {
  /** Stays the same whatever happens. */
  key: string;
  /** What varies: field → value. */
  settings: Record<string, unknown>;
  seed: number;
  name: string;
  status: "waiting" | "queued" | "running" | "paused" | "finished" | "cancelled" | "failed" | "interrupted" | "deleted";
  run: string | null;
  test_accuracy: number | null;
  validation_accuracy: number | null;
  progress: Progress | null;
}

/** Server: the watched study changed. At first whole, then with the entries alone that changed. */
export interface StudyMessage {
  kind: "study";
  study: StudyDetail;
}

/** A study in a list. */
export interface StudyRow {
  id: string;
  name: string;
  kind: "study" | "tuning";
  /** Incomplete: runs failed or were deleted, and nothing is left to do. */
  status: "running" | "finished" | "incomplete" | "stopped" | "planned";
  created_at: number;
  total: number;
  /** Status of a run, or state of a trial → how many. */
  counts: Record<string, number>;
  best: StudyBest | null;
  /** Why its process ended, where it failed; else empty. */
  error: string;
}

/** One run of a tuning. */
export interface TrialRow {
  number: number;
  settings: Record<string, unknown>;
  run: string;
  state: "running" | "complete" | "pruned" | "fail";
  /** Of the last epoch that was trained. */
  validation_accuracy: number | null;
}

export type ServerMessage = RunsMessage | EventsMessage | StudiesMessage | StudyMessage | ErrorMessage;

/** The one body of every error, on HTTP and on the socket. */
export interface ErrorBody {
  error: ErrorDetail;
}

/** The server is there. */
export interface Health {
  status: "ok";
  version: string;
  /** Folder that holds the runs. */
  home: string;
  cores: number;
  /** Whether torch is installed. */
  torch_ready: boolean;
  /** Seconds since the server began. */
  uptime_s: number;
  /** Runs that are trained now. */
  running: number;
  /** Runs that wait. */
  queued: number;
  /** Pages that are connected. */
  pages: number;
  /** Free space on the disk of the runs. */
  free_bytes: number;
}

/** JSON Schemas of the documents. */
export interface Schemas {
  run: Record<string, unknown>;
}

/** A named recipe: what it puts into a training, and into each neuron kind. */
export interface PresetRow {
  title: string;
  summary: string;
  training: Record<string, unknown>;
  neurons: Record<string, Record<string, unknown>>;
  /** Fields of the training that differ for a data set. */
  datasets: Record<string, Record<string, unknown>>;
}

/** A whole network to begin with, made for a data set. */
export interface TemplateRow {
  name: string;
  title: string;
  summary: string;
  /** Of the neurons that are usual; empty where the data set's samples do not suit it. */
  layers: (Dense | Conv2d | AvgPool | MaxPool | Flatten | Dropout | BatchNorm | Recurrent)[];
  /** Fields of the training that it sets over the recipe. */
  training: Record<string, unknown>;
  /** Why it does not suit; empty where it does. */
  fault: string;
}

/** A neuron model to choose from. */
export interface NeuronRow {
  kind: string;
  title: string;
  summary: string;
  equation: string;
  defaults: Record<string, unknown>;
  /** Named sets of values that a publication gives, such as its kinds of cells; mostly none. */
  patterns: Record<string, Record<string, number>>;
}

/** An own neuron that is kept beside the runs. */
export interface OwnNeuronRow {
  /** By which `--neuron` and studies know it: own-my-lif. */
  name: string;
  title: string;
  equation: string[];
  /** Its document; None where its file is damaged. */
  neuron: Record<string, unknown> | null;
  /** Why it cannot be read; empty where it can. */
  fault: string;
}

/** The own neurons, in the order of the alphabet. */
export interface OwnNeuronList {
  neurons: OwnNeuronRow[];
}

/** What is to be said of an own neuron while it is written. */
export interface NeuronCheck {
  /** With line and column where they stand in the step. */
  faults: Fault[];
  /** The step as lines of mathematics; none while there are faults. */
  equation: string[];
  latex: string;
  /** The document as it is read, with what was left out. */
  neuron: Record<string, unknown> | null;
}

/** A download that goes on; `error` once it has ended without success. */
export interface Fetching {
  /** Progress 0–1 where it is known. */
  share: number | null;
  text: string;
  error: ErrorDetail | null;
}

/** A data set to choose from. */
export interface DatasetRow {
  name: string;
  title: string;
  input_shape: number[];
  classes: number;
  class_names: string[];
  train_samples: number;
  test_samples: number;
  licence: string;
  summary: string;
  /** Of data over time, the moments of each sample; 0 for samples that hold still. */
  frames: number;
  /** Whether it is a person's own, and can be removed. */
  own: boolean;
  /** Fields of a training that go over a recipe's for it. */
  recipe: Record<string, unknown>;
  /** Whether it is on this machine. */
  available: boolean;
  /** What is fetched once where it is not. */
  download_mb: number;
  fetching: Fetching | null;
}

/** Samples of a data set. */
export interface SampleBlock {
  dataset: string;
  split: "test" | "train";
  /** Samples of the whole split. */
  total: number;
  /** Of one picture: (features,) or (channels, height, width); of frames over time (1, features, frames). */
  shape: number[];
  indices: number[];
  labels: number[];
  /** Base64: one byte 0–255 for each value, sample after sample. */
  pixels: string;
}

/** How own data was read, in sentences that end with a full stop. */
export interface ImportReport {
  /** How the tree of folders and each table or array was read, a sentence each. */
  read: string[];
  /** Where the classes come from: The label is the column species. */
  label: string;
  /** What was scaled by what. */
  scaling: string[];
  /** The order of a sample's axes, where it has several: Samples are height × width × channel. */
  axes: string;
  left_out: LeftOut[];
  /** What may be wrong, each with a count and an example. */
  notes: string[];
  table: TableReading | null;
}

/** Parts of what was given that are not used, for one reason. */
export interface LeftOut {
  kind: "files" | "columns" | "frames" | "rows" | "arrays";
  count: number;
  /** Why, as a clause: are of no kind that is read. */
  reason: string;
  /** The first few names. */
  examples: string[];
}

/** How a table was cut into columns; each of these can be chosen otherwise. */
export interface TableReading {
  /** All of them, in their order; numbers from 1 where there is no header. */
  columns: string[];
  label: string;
  ignored: string[];
  header: boolean;
  delimiter: string;
  decimal: string;
  /** Of each column that is an input, the smallest training value: brought to 0. */
  lows: number[];
  /** The largest: brought to 1. */
  highs: number[];
}

/** Own data as it was read, and kept unless it was only checked. */
export interface OwnData {
  /** Where it was only checked, under the name that it would get. */
  dataset: DatasetRow;
  /** Training samples of each class. */
  train_counts: number[];
  test_counts: number[];
  /** How it was read: what was understood, scaled and left out, and what may be wrong. */
  report: ImportReport;
  /** Some of the training samples, spread over all of them. */
  samples: SampleBlock;
}

/**
 * Counts per network and per sample.
 *
 * `flops` is the paper's eq. 12, 2·Σ l_i·l_{i+1}, which ignores time; a kernel counts once for each place it stands
 * at. `flops_all_steps` multiplies it by the steps.
 */
export interface Cost {
  neurons: number;
  weights: number;
  parameters: number;
  parameter_bytes: number;
  flops: number;
  flops_all_steps: number;
}

/** What is to be said of a document: faults forbid it, warnings do not. */
export interface CheckAnswer {
  ok: boolean;
  faults: Fault[];
  warnings: Fault[];
  /** None while there are faults. */
  cost: Cost | null;
}

/** The runs that were asked for, in that order; all, newest first, where nothing else was said. */
export interface RunList {
  runs: RunRow[];
  /** How many there are without the limit. */
  total: number;
  /** Run → value of the field that was sorted by; None where none was named. */
  values: Record<string, unknown> | null;
}

/** A setting or result that runs can be chosen and sorted by. */
export interface RunField {
  /** Dotted: `training.learning_rate`, `network.layers[0].size`, `results.test.macro_f1`. */
  name: string;
  kind: "number" | "text" | "boolean";
  /** How many have it. */
  runs: number;
  /** Its different values where they are few, else empty. */
  values: unknown[];
}

/** Every field of the documents; the columns of a row can be asked for too. */
export interface RunFields {
  fields: RunField[];
}

/** A tag and how many runs have it. */
export interface TagRow {
  tag: string;
  runs: number;
}

/** All tags, often used ones first. */
export interface TagList {
  tags: TagRow[];
}

/** A run in the trash. */
export interface DeletedRow {
  id: string;
  name: string;
  status: RunStatus;
  created_at: number;
  /** When its first process began. */
  started_at: number | null;
  /** When its last process ended; None while it is queued, running or paused. */
  ended_at: number | null;
  dataset: string;
  /** The network as people write it: 784-100-10. */
  title: string;
  /** The kinds of neuron in it, each once, from input to output. */
  neurons: string[];
  /** As planned; those done stand in `progress`. */
  epochs: number;
  /** None before data and network stand. */
  progress: Progress | null;
  /** Time in training, without pauses, loading and the test; None until it is finished. */
  train_seconds: number | null;
  test_accuracy: number | null;
  /** Of the last epoch. */
  validation_accuracy: number | null;
  /** On the test set. */
  macro_f1: number | null;
  parameters: number;
  seed: number;
  num_steps: number;
  pace: "full" | "slow" | "update";
  tags: string[];
  archived: boolean;
  /** From 1 while queued for the server to start it. */
  queue_position: number | null;
  deleted_at: number;
  /** What its files take. */
  bytes: number;
}

/** The runs in the trash, lately deleted ones first. */
export interface TrashList {
  runs: DeletedRow[];
  /** After these they are removed for good. */
  kept_days: number;
}

/** What one run takes. */
export interface DiskRow {
  run: string;
  bytes: number;
  /** Of these, the weights recorded for replay: all that a quota may take. */
  snapshots: number;
}

/** Snapshots that were removed to stay below the quota. */
export interface ThinnedRow {
  run: string;
  snapshots: number;
  bytes: number;
  at: number;
}

/** What the runs take on the disk, and what they may. */
export interface DiskUse {
  /** All runs, those in the trash too. */
  bytes: number;
  trash_bytes: number;
  /** What is left on the disk. */
  free_bytes: number;
  /** What the runs that are not in the trash may take. */
  quota_bytes: number | null;
  /** The largest first; without those in the trash. */
  runs: DiskRow[];
  /** What the quota lately took, the newest first. */
  thinned: ThinnedRow[];
}

/** What the runs may take at most; beyond it, the oldest runs' snapshots are thinned. */
export interface SetQuota {
  /** None for no bound. From 1,000,000. */
  quota_bytes: number | null;
}

/** One class against the rest; shares 0–1. */
export interface ClassResult {
  /** From 0 to 9,007,199,254,740,992. */
  label: number;
  name: string;
  /** From 0 to 1. */
  precision: number;
  /** From 0 to 1. */
  recall: number;
  /** From 0 to 1. */
  f1: number;
  /** From 0 to 9,007,199,254,740,992. */
  support: number;
  /** From 0 to 9,007,199,254,740,992. */
  tp: number;
  /** From 0 to 9,007,199,254,740,992. */
  fp: number;
  /** From 0 to 9,007,199,254,740,992. */
  fn: number;
  /** From 0 to 9,007,199,254,740,992. */
  tn: number;
}

/** How well a network decides on a set of samples; shares 0–1, loss as mean per sample. */
export interface EvaluationResult {
  /** From 0 to 1. */
  accuracy: number;
  loss: number | null;
  /** From 0 to 9,007,199,254,740,992. */
  samples: number;
  /** Samples with more than one largest spike count, decided for the lowest class. From 0 to 9,007,199,254,740,992. */
  ties: number;
  /** From 0 to 1. */
  macro_precision: number;
  /** From 0 to 1. */
  macro_recall: number;
  /** From 0 to 1. */
  macro_f1: number;
  /** [true class][decided class]. */
  confusion: number[][];
  per_class: ClassResult[];
}

/** Commands that train a run once more, to the same weights. */
export interface Repeat {
  /** On this machine, from the run itself. */
  here: string;
  /** Written out; of two lines where it takes a file. */
  anywhere: string;
}

/** What a finished run holds; an imported one has only the counts. */
export interface Results {
  test: EvaluationResult | null;
  validation: EvaluationResult | null;
  train_seconds: number | null;
  samples_per_second: number | null;
  /** From 0 to 9,007,199,254,740,992. */
  parameters: number;
  /** Operations per sample by the paper's eq. 12. From 0 to 9,007,199,254,740,992. */
  flops: number;
  /** From 0 to 9,007,199,254,740,992. */
  flops_all_steps: number;
  /** From 0 to 9,007,199,254,740,992. */
  updates: number;
  /** From 0 to 9,007,199,254,740,992. */
  epochs: number;
  engine: string | null;
  threads: number | null;
  /** Spikes per neuron and step, per layer. */
  rates: number[];
}

/** A run in full. */
export interface RunDetail {
  id: string;
  name: string;
  status: RunStatus;
  created_at: number;
  /** When its first process began. */
  started_at: number | null;
  /** When its last process ended; None while it is queued, running or paused. */
  ended_at: number | null;
  dataset: string;
  /** The network as people write it: 784-100-10. */
  title: string;
  /** The kinds of neuron in it, each once, from input to output. */
  neurons: string[];
  /** As planned; those done stand in `progress`. */
  epochs: number;
  /** None before data and network stand. */
  progress: Progress | null;
  /** Time in training, without pauses, loading and the test; None until it is finished. */
  train_seconds: number | null;
  test_accuracy: number | null;
  /** Of the last epoch. */
  validation_accuracy: number | null;
  /** On the test set. */
  macro_f1: number | null;
  parameters: number;
  seed: number;
  num_steps: number;
  pace: "full" | "slow" | "update";
  tags: string[];
  archived: boolean;
  /** From 1 while queued for the server to start it. */
  queue_position: number | null;
  spec: RunSpec;
  results: Results | null;
  /** What ended it; None unless it failed or was interrupted. */
  error: ErrorDetail | null;
  /** The end of what its process printed, where it failed or vanished. */
  last_words: string;
  /** Versions and machine. */
  environment: Record<string, unknown>;
  /** Who runs it: a command line in its own process, the server's queue, or the person's own script. */
  launcher: "cli" | "server" | "watch";
  /** Whether it is a weight file that was read, not a training. */
  imported: boolean;
  /** The run whose weights it started from, where it is known; else empty. */
  start_from: string;
  notes: string;
  repeat: Repeat;
  /** Lines of its record that could not be read. */
  damaged_lines: number;
}

/** The run that a run file became. */
export interface ImportedRun {
  id: string;
  name: string;
  status: RunStatus;
  created_at: number;
  /** When its first process began. */
  started_at: number | null;
  /** When its last process ended; None while it is queued, running or paused. */
  ended_at: number | null;
  dataset: string;
  /** The network as people write it: 784-100-10. */
  title: string;
  /** The kinds of neuron in it, each once, from input to output. */
  neurons: string[];
  /** As planned; those done stand in `progress`. */
  epochs: number;
  /** None before data and network stand. */
  progress: Progress | null;
  /** Time in training, without pauses, loading and the test; None until it is finished. */
  train_seconds: number | null;
  test_accuracy: number | null;
  /** Of the last epoch. */
  validation_accuracy: number | null;
  /** On the test set. */
  macro_f1: number | null;
  parameters: number;
  seed: number;
  num_steps: number;
  pace: "full" | "slow" | "update";
  tags: string[];
  archived: boolean;
  /** From 1 while queued for the server to start it. */
  queue_position: number | null;
  /** What a person should know of it, such as lines of its record that could not be read. */
  notices: string[];
}

/** The run that a weight file became. */
export interface ImportedWeights {
  id: string;
  name: string;
  status: RunStatus;
  created_at: number;
  /** When its first process began. */
  started_at: number | null;
  /** When its last process ended; None while it is queued, running or paused. */
  ended_at: number | null;
  dataset: string;
  /** The network as people write it: 784-100-10. */
  title: string;
  /** The kinds of neuron in it, each once, from input to output. */
  neurons: string[];
  /** As planned; those done stand in `progress`. */
  epochs: number;
  /** None before data and network stand. */
  progress: Progress | null;
  /** Time in training, without pauses, loading and the test; None until it is finished. */
  train_seconds: number | null;
  test_accuracy: number | null;
  /** Of the last epoch. */
  validation_accuracy: number | null;
  /** On the test set. */
  macro_f1: number | null;
  parameters: number;
  seed: number;
  num_steps: number;
  pace: "full" | "slow" | "update";
  tags: string[];
  archived: boolean;
  /** From 1 while queued for the server to start it. */
  queue_position: number | null;
  /** What a person should know of it, such as what was assumed where the file does not say it. */
  notices: string[];
  /** Seconds of one time step that were assumed for a NIR file that does not say it. */
  assumed_dt_s: number | null;
}

/** A module of a state dict beside the layers that it can be of. */
export interface FoundModule {
  name: string;
  sort: "connections" | "neurons";
  /** The shape of each of its arrays. */
  shapes: Record<string, number[]>;
  /** The layers whose shapes it has. */
  fits: number[];
  /** The layer that it is taken for; none where the modules of this sort fit in more than one way. */
  layer: number | null;
}

/** What a state dict holds, connections before neurons. */
export interface ModuleList {
  modules: FoundModule[];
}

/** Asks for a training; with `from`, on from the weights of that run. */
export interface StartRun {
  /** A run's document; GET /api/schema describes it. */
  spec: unknown;
  /** Run whose weights training starts from; it keeps its own. */
  from: string | null;
}

/** What is to be said of a run; what is left out stays. */
export interface ChangeRun {
  /** Empty for the name that it began with: that of its documents, else one made of data set and network. */
  name: string | null;
  tags: string[] | null;
  notes: string | null;
  archived: boolean | null;
}

/** One value per epoch in each list. */
export interface EpochCurves {
  update: number[];
  epoch: number[];
  train_loss: (number | null)[];
  train_accuracy: number[];
  validation_loss: (number | null)[];
  validation_accuracy: (number | null)[];
  seconds: (number | null)[];
}

/**
 * Updates, thinned: each value the mean of the updates that it stands for, the last of which is named; low and
 * high are the least and the most among them.
 */
export interface UpdateCurves {
  update: number[];
  epoch: number[];
  loss: (number | null)[];
  loss_low: (number | null)[];
  loss_high: (number | null)[];
  accuracy: (number | null)[];
  accuracy_low: (number | null)[];
  accuracy_high: (number | null)[];
  learning_rate: (number | null)[];
  samples_per_second: (number | null)[];
}

/** How a training went, in columns of equal length. */
export interface Curves {
  run: string;
  total_updates: number | null;
  epochs: EpochCurves;
  updates: UpdateCurves;
}

/** Weights recorded for replay. */
export interface SnapshotRow {
  index: number;
  update: number;
  /** Whole epochs done. */
  epoch: number;
}

/** All snapshots of a run, oldest first. */
export interface SnapshotList {
  snapshots: SnapshotRow[];
}

/** One weight, exact as float32. */
export interface WeightValue {
  value: number;
}

/** What was drawn: bright on dark, not yet placed or scaled. */
export interface Drawing {
  /** From 1 to 1,024. */
  width: number;
  /** From 1 to 1,024. */
  height: number;
  /** Base64: one byte 0–255 for each pixel, row after row. */
  pixels: string;
}

/** Asks what a network does with one sample: one of the data set, pixels, or a drawing; exactly one of these. */
export interface Play {
  split: "test" | "train";
  /** Sample of the split. From 0. */
  index: number | null;
  /** A sample's values as 0–255. */
  pixels: number[] | null;
  /** Placed and scaled as the pictures of the data set were. */
  drawing: Drawing | null;
  /** Time steps; by default as many as the network was trained with. From 1 to 10,000. */
  num_steps: number | null;
  /** Whether spikes and membranes are wanted too. */
  layers: boolean;
  /** Names who asks: of the requests of a page that wait only the newest is answered, others get `conflict`. */
  page: string;
}

/** u starts at b·v; then, a spike having added d to it, u ← u + Δt·a·(b·v − u) with the step's v. */
export interface PlayedRecovery {
  /** One for all neurons, or one for each; so are b and d. */
  a: number | number[];
  b: number | number[];
  d: number | number[];
  time_step_ms: number;
}

/** What a layer did, a row for each step. */
export interface PlayedLayer {
  neuron: string;
  size: number;
  /** One for all neurons, or one for each; None where they never spike. */
  threshold: number | number[] | null;
  /** Of adaptive neurons, the decay per step of what their spikes add to the threshold. */
  rho: number | number[] | null;
  /** Of adaptive neurons, by how much the threshold rises where they spike at every step. */
  adaptation: number | number[] | null;
  /** Membrane before the first step. */
  start: number;
  /** What a second state u follows from, of neurons that have one. */
  recovery: PlayedRecovery | null;
  /** Base64: bits, the lowest of a byte first; each row fills whole bytes. */
  spikes: string;
  /** Base64: little-endian int16; times `scale` they are the potentials after the step. */
  membranes: string;
  scale: number;
}

/** The input of a playback over time, as the coding makes it of a sample. */
export interface PlayedInput {
  /** Rows; 1 where it is the same at every step. */
  steps: number;
  scale: number;
  /** Base64: a signed byte for each value, which is byte · scale / 127; a row for each step. */
  values: string;
}

/** What a network did with one sample, and what it decided. */
export interface Playback {
  run: string;
  /** Of the checkpoint that played; None where the weights are the final ones. */
  update: number | null;
  split: "test" | "train" | null;
  index: number | null;
  /** All None for what is not of the data set. */
  label: number | null;
  shape: number[];
  /** Base64: the sample as a picture, one byte 0–255 for each value; frames have time from left to right. */
  pixels: string;
  /** What entered the network; None where it is too much to be sent. */
  inputs: PlayedInput | null;
  num_steps: number;
  /** The class with the largest score, of equal ones the first. */
  prediction: number;
  /** Whether several classes have the largest score. */
  tie: boolean;
  /** The largest of `chances`. */
  confidence: number;
  /** Softmax of `scores`. */
  chances: number[];
  /** What decides: most spikes, the highest membrane, or the earliest spike. */
  reading: "count" | "membrane" | "first_spike";
  /** What speaks for each class: spikes, the highest membrane, or steps left at the first spike. */
  scores: number[];
  /** Spikes of each output. */
  counts: number[];
  /** First step, from 1, from which on the decision stays; None where nothing speaks for a class. */
  latency: number | null;
  /**
   * Base64 of float32: the scores up to and with each step, a row for each, whose last row decides; None where they
   * were not wanted or are too many.
   */
  race: string | null;
  /** Empty where they were not wanted. */
  layers: PlayedLayer[];
}

/** What a network decides for each sample of a split, in their order. */
export interface Predictions {
  run: string;
  /** Of the checkpoint; None where the weights are the final ones. */
  update: number | null;
  split: "test" | "train";
  samples: number;
  num_steps: number;
  labels: number[];
  decisions: number[];
  confidences: number[];
  /** As in a playback. */
  latencies: (number | null)[];
}

/** What a network decides all over the plane of its two input values. */
export interface Plane {
  run: string;
  /** Of the checkpoint; None where the weights are the final ones. */
  update: number | null;
  /** Cells of the grid in each direction. */
  side: number;
  /** Of both values, at the left and lower edge of the grid. */
  low: number;
  high: number;
  classes: string[];
  /** The class of each cell, a byte each as base64: row by row from the top, where the second value is largest. */
  decisions: string;
  /** 0 where all classes are held for alike, 255 where the network is certain. */
  strengths: string;
  /** Training samples, the first thousand. */
  points: number[][];
  labels: number[];
  /** What the network decides for each of them. */
  found: number[];
}

/** How often each neuron spikes over all samples of a split. */
export interface NeuronRates {
  run: string;
  update: number | null;
  split: "test" | "train";
  samples: number;
  num_steps: number;
  /** Spikes per step of each neuron, per layer. */
  rates: number[][];
}

/** One neuron with its weights, exact as float32. */
export interface NeuronDetail {
  run: string;
  /** Of the checkpoint; None where the weights are the final ones. */
  update: number | null;
  /** Place among the layers that have neurons: 0 is the first. */
  layer: number;
  neuron: number;
  kind: string;
  /** Its decays and threshold. */
  values: Record<string, number>;
  bias: number | null;
  /** Map, row and column of a neuron in maps. */
  place: number[] | null;
  /** Top, left, height and width of what it sees of the input picture; None where no picture comes in. */
  field: number[] | null;
  /** From each neuron, or input, before it; or the kernel that its map's neurons share. */
  weights_in: number[];
  /** Maps, height and width of that kernel; None of a row. */
  kernel: number[] | null;
  /** From each neuron of its own layer, of one-to-one feedback from itself; empty without feedback. */
  weights_back: number[];
  /** To each neuron of the next layer; empty for an output, and before a layer that is not dense. */
  weights_out: number[];
}

/** Asks for a comparison of finished runs. */
export interface CompareRuns {
  runs: string[];
  /** Whether decisions that were not kept yet are computed, which takes seconds for each run. */
  decide: boolean;
}

/** A figure with what it may be off by. */
export interface Interval {
  value: number;
  low: number;
  high: number;
  /** Share of intervals made like this that hold the true value. */
  level: number;
  method: string;
  sentence: string;
}

/** Why a statistic is not given. */
export interface Refusal {
  code: "too_few_pairs" | "pseudo_replication" | "not_paired" | "different_test_sets" | "no_decisions";
  sentence: string;
  hint: string;
}

/** Stands in the place of a statistic that would be wrong. */
export interface Refused {
  refusal: Refusal;
}

/** McNemar's exact test on the same samples. */
export interface McNemarTest {
  /** Samples that only the first decides right. */
  only_first: number;
  only_second: number;
  p: number;
  /** Corrected for all pairs of this comparison. */
  p_holm: number;
  difference: number;
  sentence: string;
}

/** How often two networks decide the same. */
export interface AgreementResult {
  same: number;
  /** Cohen's: 0 as by chance, 1 always. */
  kappa: number;
  both_right: number;
  only_first: number;
  only_second: number;
  both_wrong: number;
  sentence: string;
}

/** The first confusion matrix less the second. */
export interface CellsDifference {
  cells: number[][];
  sentence: string;
}

/** Wilcoxon's signed-rank test over the seeds that both settings have. */
export interface WilcoxonTest {
  w: number;
  p: number;
  p_holm: number;
  /** Matched-pairs rank-biserial correlation, -1 to 1. */
  effect: number;
  pairs: number;
  median_difference: number;
  sentence: string;
}

/** Numbers of a run to set side by side; None where one is not known. */
export interface RunFigures {
  test_accuracy: number;
  test_loss: number | null;
  validation_accuracy: number | null;
  macro_precision: number | null;
  macro_recall: number | null;
  macro_f1: number | null;
  ties: number | null;
  samples: number | null;
  train_seconds: number | null;
  samples_per_second: number | null;
  parameters: number | null;
  flops: number | null;
  flops_all_steps: number | null;
  updates: number | null;
  epochs: number | null;
}

/** One of the runs compared. */
export interface ComparedRun {
  run: string;
  name: string;
  dataset: string;
  seed: number;
  title: string;
  neurons: string[];
  accuracy: Interval;
  macro_f1: Interval | null;
  metrics: RunFigures;
  confusion: number[][];
  per_class: ClassResult[];
  class_names: string[];
}

/** Two of the runs, on the same test samples. */
export interface ComparedPair {
  first: string;
  second: string;
  /** Accuracy of the first less that of the second. */
  difference: number;
  mcnemar: McNemarTest | Refused;
  agreement: AgreementResult | Refused;
  confusion_difference: CellsDifference | Refused;
}

/** Two settings, each with its runs over seeds. */
export interface ComparedSettings {
  first: string[];
  second: string[];
  wilcoxon: WilcoxonTest | Refused;
}

/** A setting in which runs differ. */
export interface Difference {
  field: string;
  /** One for each run, in their order; None where a run has no such field. */
  values: unknown[];
}

/** Chosen runs side by side, and what their data allow to say of them. */
export interface Comparison {
  runs: ComparedRun[];
  /** Every two of at most ten runs; of more, each with the best. */
  pairs: ComparedPair[];
  settings: ComparedSettings[];
  differences: Difference[];
}

/** Confidence beside accuracy, in bins of equal width from 0 to 1. */
export interface CalibrationResult {
  expected_error: number;
  largest_error: number;
  mean_confidence: number;
  samples: number[];
  accuracies: (number | null)[];
  confidences: (number | null)[];
}

/** Calibration by the two ways to make chances of spike counts. */
export interface Calibrations {
  /** Softmax of the counts. */
  of_counts: CalibrationResult;
  /** Softmax of the counts per step. */
  of_rates: CalibrationResult;
}

/** Accuracy as a function of the time step. */
export interface LatencyResult {
  /** After step 1, 2, … */
  accuracies: number[];
  /** From here on it stays within a point of the last. */
  step_near_final: number;
  mean_decision_step: number;
}

/** Nanojoules per sample. */
export interface EnergyEstimate {
  inputs: number;
  synapses: number;
  neurons: number;
  /** A network of the same shape with ordinary neurons. */
  conventional: number;
  total: number;
  source: string;
}

/** What a network did, counted; per sample where nothing else is said. */
export interface ActivityResult {
  samples: number;
  num_steps: number;
  /** Spikes per neuron and step, per layer. */
  rates: number[];
  /** Share of neurons and steps without a spike. */
  sparsity: number;
  /** Share of a layer's neurons that do not spike for a sample. */
  silent: number[];
  spikes_per_sample: number;
  /** Additions of a weight, one for each spike, pooled or not, and weight that it meets. */
  synaptic_operations: number;
  /** Multiply-accumulates of input values other than zero, before the first neurons. */
  input_operations: number;
  /** Multiply-accumulates of the neurons' own states. */
  neuron_operations: number;
  /** Multiply-accumulates of an ordinary network of the same shape. */
  conventional_operations: number;
  membrane_updates: number;
  flops: number;
  flops_all_steps: number;
  parameters: number;
  parameter_bytes: number;
  energy_nj: EnergyEstimate;
}

/** Picojoules of one operation. */
export interface EnergyCoefficients {
  multiply_accumulate_pj: number;
  accumulate_pj: number;
  source: string;
}

/** Everything that is measured of a run's network on a split. */
export interface RunMeasurement {
  /** From 0 to 1. */
  accuracy: number;
  loss: number | null;
  /** From 0 to 9,007,199,254,740,992. */
  samples: number;
  /** Samples with more than one largest spike count, decided for the lowest class. From 0 to 9,007,199,254,740,992. */
  ties: number;
  /** From 0 to 1. */
  macro_precision: number;
  /** From 0 to 1. */
  macro_recall: number;
  /** From 0 to 1. */
  macro_f1: number;
  /** [true class][decided class]. */
  confusion: number[][];
  per_class: ClassResult[];
  run: string;
  /** Of the checkpoint; None where the weights are the final ones. */
  update: number | null;
  split: "test" | "train";
  num_steps: number;
  /** Share of samples whose label is among the two largest counts. */
  top2: number;
  accuracy_interval: Interval;
  macro_f1_interval: Interval;
  calibration: Calibrations;
  latency: LatencyResult;
  activity: ActivityResult;
  energy_model: EnergyCoefficients;
}

/** Asks what a study would train. */
export interface PlanStudy {
  /** A study's document, docs/studies.md. */
  study: unknown;
  /** From 1 to 64. */
  workers: number | null;
}

/** Asks for a study; the same document twice is the same study. */
export interface StartStudy {
  /** A study's document, docs/studies.md. */
  study: unknown;
  /** From 1 to 64. */
  workers: number | null;
  /** Whether its runs are trained at once, else it is only kept. */
  start: boolean;
}

/** Asks that a study goes on. */
export interface ResumeStudy {
  /** Trainings at once; one a core by default. From 1 to 64. */
  workers: number | null;
  /** Whether runs that were deleted are made anew. */
  replace_deleted: boolean;
}

/** Asks that Optuna chooses the next runs. */
export interface TuneStudy {
  /** In all, earlier ones included; by default the document's samples. From 1 to 10,000. */
  trials: number | null;
}

/** All studies, newest first. */
export interface StudyList {
  studies: StudyRow[];
}

/** One run that would be trained. */
export interface PlannedEntry {
  key: string;
  settings: Record<string, unknown>;
  seed: number;
  name: string;
  parameters: number;
  /** Roughly, on an ordinary core. */
  seconds: number;
}

/** What a study would train, and what it would cost. */
export interface StudyPlan {
  ok: boolean;
  faults: Fault[];
  runs: number;
  settings: number;
  seeds: number;
  workers: number;
  /** Roughly, of the whole, with so many workers. */
  seconds: number;
  id: string;
  /** The study of the same document, where it was made before. */
  known: StudyRow | null;
  /** The first of them. */
  entries: PlannedEntry[];
}

/** A study that comes with the program. */
export interface BuiltInStudy {
  name: string;
  title: string;
  summary: string;
  study: Record<string, unknown>;
}

/** All studies that come with the program. */
export interface BuiltInStudies {
  studies: BuiltInStudy[];
}

/** What a reader sees, and the runs that it was computed from. */
export interface ReportCell {
  text: string;
  runs: string[];
}

/** A table of a report. */
export interface ReportTable {
  name: string;
  title: string;
  note: string;
  columns: string[];
  rows: ReportCell[][];
}

/** A figure of a report; `svg` and `png` are its files. */
export interface ReportFigure {
  name: string;
  caption: string;
  svg: string;
  png: string;
}

/** A file of a report. */
export interface ReportFile {
  path: string;
  bytes: number;
}

/** What was written of a study; everything empty before. */
export interface StudyReport {
  written_at: number | null;
  files: ReportFile[];
  tables: ReportTable[];
  figures: ReportFigure[];
}

/** A form that a run's weights can be taken home in. */
export interface ExportForm {
  name: string;
  title: string;
  /** What it is called: a zip where there are several. */
  file: string;
  /** Whether its proof can be made on this machine. */
  runs_here: boolean;
  /** The package that its proof needs; empty where nothing is missing. */
  needs: string;
  /** Why it cannot hold this network; empty where it can. */
  faults: Fault[];
}

/** The forms for a run. */
export interface ExportForms {
  forms: ExportForm[];
  /** Why the network cannot become a circuit; empty where it can. */
  circuit_faults: Fault[];
}

/** What came of running an export on samples beside the network. */
export interface ExportProof {
  form: string;
  /** How it was run. */
  ran: string;
  samples: number;
  samples_from: string;
  num_steps: number;
  spikes: number;
  spikes_differ: number;
  /** The largest distance from the threshold where a sample's spikes first differ; None where none do. */
  first_difference_margin: number | null;
  predictions_agree: number;
  /** Those that differ by rounding alone. */
  predictions_rounded: number;
  /** Share of the samples whose class the export tells right; None where they have no labels. */
  accuracy: number | null;
  /** The same of the network. */
  network_accuracy: number | null;
  /** In samples whose spikes all agree. */
  largest_membrane_error: number;
  seconds: number;
  /** The share of predictions that may differ, where a form keeps weights less exactly. */
  may_differ: number;
  /** Whether every spike and prediction that differs is one of rounding; or as many predictions as may differ. */
  holds: boolean;
  sentence: string;
}

/** How long a form takes. */
export interface FormEstimate {
  form: "vccs" | "ideal" | "opamp" | "async";
  /** Of a processor, for one sample: an estimate. */
  seconds: number;
  /** Whether that is within the time limit. */
  bearable: boolean;
  /** Whether it is small enough to be simulated in the page. */
  here: boolean;
}

/** A crossbar as it lies: row by row, the columns + and - of a neuron side by side. */
export interface CircuitCrossbar {
  rows: number;
  columns: number;
  /** Whether the last row is the bias. */
  bias: boolean;
  /** Base64 of little-endian float32. */
  siemens: string;
}

/** A run's network as a circuit. */
export interface CircuitCard {
  network: string;
  /** Why it cannot become one; empty where it can. */
  faults: Fault[];
  /** Empty where ngspice is here; else what to do. */
  ngspice: string;
  devices: number;
  neurons: number;
  num_steps: number;
  test_samples: number;
  /** For one sample. */
  time_limit_s: number;
  forms: FormEstimate[];
  min_siemens: number;
  max_siemens: number;
}

/** All crossbars of a run, from the bottom of the stack. */
export interface CircuitPlan {
  pitch_m: number;
  min_siemens: number;
  max_siemens: number;
  crossbars: CircuitCrossbar[];
}

/** Which samples are simulated, and in what form. */
export interface SimulateCircuit {
  form: "vccs" | "ideal" | "opamp" | "async";
  /** Of the test set. */
  samples: number[];
}

/** One sample as a netlist for a simulator that runs elsewhere, as in a page. */
export interface CircuitNetlist {
  netlist: string;
  /** When its simulation ends. */
  stop_s: number;
}

/** What another simulator made of such a netlist. */
export interface MeasureCircuit {
  form: "vccs" | "ideal" | "opamp" | "async";
  /** From 0. */
  sample: number;
  /** That it took. From 0. */
  seconds: number;
  /** Names of the nodes, in the order of the values. */
  nodes: string[];
  /** Base64 of little-endian float32, in seconds. */
  times: string;
  /** The same of volts: all moments of the first node, then of the next. */
  values: string;
}

/** The five measures, of all samples together. */
export interface CircuitMeasures {
  samples: number;
  predictions_equal: number;
  count_error: number;
  largest_count_error: number;
  spikes: number;
  spikes_differing: number;
  residual: number;
  root_causes: number;
  unexplained: number;
}

/** One sample, decided by the circuit and by the network. */
export interface SimulatedSample {
  sample: number;
  label: number;
  circuit: number;
  network: number;
  circuit_counts: number[];
  network_counts: number[];
  spikes_differing: number;
  residual: number;
  seconds: number;
}

/** A membrane; arrays are base64 of little-endian float32. */
export interface CircuitTrace {
  layer: number;
  neuron: number;
  /** Evenly spaced from 0 to the end. */
  circuit_v: string;
  /** When each step is read. */
  read_ms: string;
  /** What the network has then, in volts. */
  network_v: string;
  /** Steps. */
  circuit_spikes: number[];
  network_spikes: number[];
}

/** The waveforms of one sample. */
export interface CircuitTraces {
  sample: number;
  end_ms: number;
  threshold_v: number;
  neurons: CircuitTrace[];
}

/** What a simulation found. */
export interface CircuitReport {
  num_steps: number;
  right: number;
  agreement: CircuitMeasures;
  samples: SimulatedSample[];
  traces: CircuitTraces[];
}

/** A simulation that runs, or ran. */
export interface Simulation {
  id: string;
  run: string;
  form: "vccs" | "ideal" | "opamp" | "async";
  status: "running" | "done" | "failed" | "cancelled";
  /** Of all that is done. */
  share: number;
  seconds: number;
  error: ErrorDetail | null;
  report: CircuitReport | null;
}

/** The constant currents of a firing curve. */
export interface CurveChoice {
  /** From -1,000,000,000 to 1,000,000,000. */
  lowest: number;
  /** By default four times the least current that makes the neuron spike. From -1,000,000,000 to 1,000,000,000. */
  highest: number | null;
  /** From 2 to 200. */
  points: number;
}

/** What is tried: one neuron, or two under the same input. */
export interface BenchNeurons {
  neurons: Neuron[];
  input: Stimulus;
  /** From 1 to 10,000. */
  num_steps: number;
  /** Constant currents of the firing curve; null for none. */
  curve: CurveChoice | null;
  /** Whether the phase plane is wanted, where a neuron has two states. */
  plane: boolean;
  /**
   * Constant current of the nullclines; the median of the input's second half by default. From -1,000,000,000 to 1,000,000,000.
   */
  plane_current: number | null;
}

/** How often a neuron fires under constant currents. */
export interface BenchCurve {
  currents: number[];
  /** Spikes per time step. */
  rates: number[];
  /** The least current found that makes it spike within the steps; null where none does. */
  rheobase: number | null;
}

/** Lines in the plane of two states; segments are x, y, x, y, one after the other. */
export interface BenchPlane {
  /** Of the states: across, which is the membrane, and up. */
  names: string[];
  ranges: number[][];
  current: number;
  /** Base64 of little-endian float32: where one step leaves the state unchanged. */
  nullclines: string[];
  /** Base64 of little-endian float32: beyond it the next step spikes. */
  threshold: string;
}

/** A state over time. */
export interface BenchState {
  name: string;
  /** Base64 of little-endian float32, after each step. */
  values: string;
}

/** A neuron's figures; null for what there is not. */
export interface BenchSummary {
  steps: number;
  spikes: number;
  /** Spikes per time step. */
  rate: number;
  /** Where the neuron's document has a time step in seconds. */
  rate_hz: number | null;
  first_spike: number | null;
  /** Time steps between spikes. */
  mean_interval: number | null;
  highest_membrane: number | null;
  last_membrane: number | null;
  rheobase: number | null;
  /** The first time step after which a state is no finite number. */
  diverged_at: number | null;
}

/** What one neuron does. */
export interface Benched {
  title: string;
  equation: string[];
  /** The membrane first; without the spike of the step before. */
  states: BenchState[];
  /** Time steps, counted from 0. */
  spikes: number[];
  /** Seconds of a time step, where the neuron's document has them. */
  step_s: number | null;
  summary: BenchSummary;
  curve: BenchCurve | null;
  plane: BenchPlane | null;
}

/** What the neurons do with the input. */
export interface BenchAnswer {
  /** Base64 of little-endian float32: the input at each step. */
  current: string;
  neurons: Benched[];
}
