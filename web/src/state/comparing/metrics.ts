/** The measures that compared runs are set side by side by. Pure. */
import type { ActivityResult, ComparedRun, RunMeasurement, RunDetail } from "../../api";
import { csvCell, markdownText } from "../../wire";
import { bytes, count, decimal, duration, percent, short } from "../format";
import { leaves } from "../library/settings-table";

/** All that is known of one run. */
export interface Known {
  detail: RunDetail;
  compared: ComparedRun | null;
  measured: RunMeasurement | null;
}

/** Energy of one operation, in picojoules. */
export interface Coefficients {
  multiplyAccumulate: number;
  accumulate: number;
}

/** 32-bit floating point in 45 nm: Horowitz, ISSCC 2014. */
export const HOROWITZ: Coefficients = { multiplyAccumulate: 4.6, accumulate: 0.9 };

export interface Energy {
  inputs: number;
  synapses: number;
  neurons: number;
  total: number;
}

/** Nanojoules per sample, from counted operations. */
export function energyOf(activity: ActivityResult, { multiplyAccumulate, accumulate }: Coefficients): Energy {
  const inputs = (activity.input_operations * multiplyAccumulate) / 1000;
  const synapses = (activity.synaptic_operations * accumulate) / 1000;
  const neurons = (activity.neuron_operations * multiplyAccumulate) / 1000;
  return { inputs, synapses, neurons, total: inputs + synapses + neurons };
}

export interface Metric {
  key: string;
  label: string;
  help?: string;
  /** Which end is better; none where neither is. */
  better?: "high" | "low";
  value: (known: Known, coefficients: Coefficients) => number | null;
  words: (value: number | null) => string;
}

export interface MetricGroup {
  title: string;
  metrics: Metric[];
}

const mean = (values: number[]): number | null =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;

const four = (value: number | null) => decimal(value, 4);
const test = ({ detail }: Known) => detail.results?.test ?? null;
const done = ({ measured }: Known) => measured?.activity ?? null;

export const METRICS: MetricGroup[] = [
  {
    title: "Decisions on the test set",
    metrics: [
      {
        key: "accuracy",
        label: "Accuracy",
        better: "high",
        value: (k) => test(k)?.accuracy ?? null,
        words: (v) => percent(v),
      },
      {
        key: "precision",
        label: "Macro precision",
        help: "Mean over classes; eq. 9 of the paper",
        better: "high",
        value: (k) => test(k)?.macro_precision ?? null,
        words: four,
      },
      {
        key: "recall",
        label: "Macro recall",
        help: "Mean over classes; eq. 10 of the paper",
        better: "high",
        value: (k) => test(k)?.macro_recall ?? null,
        words: four,
      },
      {
        key: "f1",
        label: "Macro F1",
        help: "Mean over classes; eq. 11 of the paper",
        better: "high",
        value: (k) => test(k)?.macro_f1 ?? null,
        words: four,
      },
      {
        key: "top2",
        label: "Top-2 accuracy",
        help: "The right class is among the two largest spike counts",
        better: "high",
        value: (k) => k.measured?.top2 ?? null,
        words: (v) => percent(v),
      },
      { key: "loss", label: "Loss", better: "low", value: (k) => test(k)?.loss ?? null, words: four },
      {
        key: "ties",
        label: "Ties",
        help: "Samples with more than one largest spike count, decided for the lowest class",
        better: "low",
        value: (k) => test(k)?.ties ?? null,
        words: count,
      },
      {
        key: "validation",
        label: "Validation accuracy",
        better: "high",
        value: (k) => k.detail.results?.validation?.accuracy ?? null,
        words: (v) => percent(v),
      },
    ],
  },
  {
    title: "Calibration",
    metrics: [
      {
        key: "ece",
        label: "Expected error",
        help: "ECE: how far confidence and accuracy lie apart, over 15 bins; Guo et al. 2017",
        better: "low",
        value: (k) => k.measured?.calibration.of_counts.expected_error ?? null,
        words: four,
      },
      {
        key: "mce",
        label: "Largest error",
        help: "MCE: the same of the worst bin",
        better: "low",
        value: (k) => k.measured?.calibration.of_counts.largest_error ?? null,
        words: four,
      },
      {
        key: "confidence",
        label: "Mean confidence",
        help: "Softmax of the spike counts, of the decided class",
        value: (k) => k.measured?.calibration.of_counts.mean_confidence ?? null,
        words: (v) => percent(v),
      },
      {
        key: "ece-rates",
        label: "Expected error, of rates",
        help: "With softmax of spikes per step in place of counts",
        better: "low",
        value: (k) => k.measured?.calibration.of_rates.expected_error ?? null,
        words: four,
      },
    ],
  },
  {
    title: "Activity per sample, counted",
    metrics: [
      {
        key: "rate",
        label: "Mean spike rate",
        help: "Spikes per neuron and time step, mean of the layers",
        value: (k) => mean(k.detail.results?.rates ?? []),
        words: four,
      },
      {
        key: "sparsity",
        label: "Sparsity",
        help: "Share of (neuron, step) pairs without a spike",
        better: "high",
        value: (k) => done(k)?.sparsity ?? null,
        words: (v) => percent(v),
      },
      {
        key: "silent",
        label: "Silent neurons",
        help: "Share that never spikes for a sample, mean of the layers",
        value: (k) => mean(done(k)?.silent ?? []),
        words: (v) => percent(v),
      },
      {
        key: "spikes",
        label: "Spikes",
        value: (k) => done(k)?.spikes_per_sample ?? null,
        words: (v) => decimal(v, 1),
        better: "low",
      },
      {
        key: "synaptic",
        label: "Synaptic operations",
        help: "Additions of a weight that a spike brings: each spike reaches every neuron of the next layer",
        better: "low",
        value: (k) => done(k)?.synaptic_operations ?? null,
        words: short,
      },
      {
        key: "input",
        label: "Input operations",
        help: "Multiply-accumulates of input values other than zero with the first layer's weights",
        better: "low",
        value: (k) => done(k)?.input_operations ?? null,
        words: short,
      },
      {
        key: "membrane",
        label: "Membrane updates",
        help: "Neurons times steps",
        better: "low",
        value: (k) => done(k)?.membrane_updates ?? null,
        words: short,
      },
    ],
  },
  {
    title: "Time to a decision",
    metrics: [
      { key: "steps", label: "Time steps", value: (k) => k.detail.spec.training.num_steps, words: count },
      {
        key: "near",
        label: "Steps to within one point",
        help: "First step from which on the accuracy stays within one point of the last one's",
        better: "low",
        value: (k) => k.measured?.latency.step_near_final ?? null,
        words: count,
      },
      {
        key: "decision",
        label: "Mean step of the decision",
        help: "From which on a sample's decision no longer changes",
        better: "low",
        value: (k) => k.measured?.latency.mean_decision_step ?? null,
        words: (v) => decimal(v, 2),
      },
    ],
  },
  {
    title: "Estimated energy per sample, nJ",
    metrics: [
      {
        key: "energy-inputs",
        label: "Inputs",
        help: "Input operations × multiply-accumulate",
        better: "low",
        value: (k, c) => energyPart(k, c, "inputs"),
        words: nanojoules,
      },
      {
        key: "energy-synapses",
        label: "Synapses",
        help: "Synaptic operations × addition",
        better: "low",
        value: (k, c) => energyPart(k, c, "synapses"),
        words: nanojoules,
      },
      {
        key: "energy-neurons",
        label: "Neurons",
        help: "Decay of every state at every step × multiply-accumulate",
        better: "low",
        value: (k, c) => energyPart(k, c, "neurons"),
        words: nanojoules,
      },
      {
        key: "energy",
        label: "Together",
        better: "low",
        value: (k, c) => energyPart(k, c, "total"),
        words: nanojoules,
      },
      {
        key: "conventional",
        label: "A conventional network of this shape",
        help: "Every product computed once",
        value: (k, c) => conventional(k, c),
        words: nanojoules,
      },
    ],
  },
  {
    title: "Size and training",
    metrics: [
      { key: "parameters", label: "Parameters", better: "low", value: (k) => k.detail.parameters, words: count },
      {
        key: "bytes",
        label: "Bytes of the parameters",
        better: "low",
        value: (k) => done(k)?.parameter_bytes ?? null,
        words: (v) => (v === null ? "–" : bytes(v)),
      },
      {
        key: "flops",
        label: "FLOPs, eq. 12",
        help: "2·Σ l·l′ as in the paper: one time step",
        better: "low",
        value: (k) => k.detail.results?.flops ?? null,
        words: short,
      },
      {
        key: "flops-all",
        label: "FLOPs over all steps",
        better: "low",
        value: (k) => k.detail.results?.flops_all_steps ?? null,
        words: short,
      },
      {
        key: "time",
        label: "Training time",
        better: "low",
        value: (k) => k.detail.results?.train_seconds ?? null,
        words: duration,
      },
      {
        key: "speed",
        label: "Samples per second",
        better: "high",
        value: (k) => k.detail.results?.samples_per_second ?? null,
        words: count,
      },
    ],
  },
];

function nanojoules(value: number | null): string {
  return value === null ? "–" : value >= 100 ? count(value) : value.toPrecision(3);
}

function energyPart(known: Known, coefficients: Coefficients, part: keyof Energy): number | null {
  const activity = done(known);
  return activity ? energyOf(activity, coefficients)[part] : null;
}

function conventional(known: Known, { multiplyAccumulate }: Coefficients): number | null {
  const activity = done(known);
  return activity ? (activity.conventional_operations * multiplyAccumulate) / 1000 : null;
}

export interface MetricRow {
  metric: Metric;
  values: (number | null)[];
  /** Places of the best value; empty where there is none, or all are equally good. */
  best: number[];
}

export interface MetricTable {
  title: string;
  rows: MetricRow[];
}

/** Groups and measures of which any run knows something. */
export function metricTable(runs: Known[], coefficients: Coefficients): MetricTable[] {
  return METRICS.map(({ title, metrics }) => ({
    title,
    rows: metrics
      .map((metric) => {
        const values = runs.map((known) => finite(metric.value(known, coefficients)));
        return { metric, values, best: bestOf(values, metric.better) };
      })
      .filter(({ values }) => values.some((value) => value !== null)),
  })).filter(({ rows }) => rows.length > 0);
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

function bestOf(values: (number | null)[], better: Metric["better"]): number[] {
  const known = values.filter((value) => value !== null);
  if (!better || known.length < 2) return [];
  const best = better === "high" ? Math.max(...known) : Math.min(...known);
  const places = values.flatMap((value, at) => (value === best ? [at] : []));
  return places.length === values.length ? [] : places;
}

export interface Difference {
  path: string;
  values: unknown[];
  /** Whether the runs differ in it. */
  differs: boolean;
}

/** Settings that only name a run, or say how it is watched: they do not make another network of it. */
const NO_SETTING = new Set(["training.name", "training.pace"]);

/** Every setting with one value per run; undefined where a run has no such field. Layers alike are told together. */
export function settingsSideBySide(details: RunDetail[]): Difference[] {
  const columns = details.map(
    ({ spec }) =>
      new Map(leaves({ training: spec.training, network: spec.network }).map(({ path, value }) => [path, value])),
  );
  const paths = [...new Set(columns.flatMap((column) => [...column.keys()]))].filter((path) => !NO_SETTING.has(path));
  const rows = paths.map((path) => {
    const values = columns.map((column) => column.get(path));
    const written = new Set(values.map((value) => JSON.stringify(value)));
    return { path, values, differs: written.size > 1 };
  });
  return layersTogether(rows, new Set(details.map(({ spec }) => spec.network.layers.length)));
}

const LAYER = /^network\.layers\[\d+\]/;

/** Makes one row of what every layer has alike; of networks of different depth each layer stands alone. */
function layersTogether(rows: Difference[], depths: Set<number>): Difference[] {
  const [depth] = depths;
  if (depths.size !== 1 || depth < 2) return rows;
  const groups = new Map<string, Difference[]>();
  for (const row of rows.filter(({ path }) => LAYER.test(path))) {
    const path = row.path.replace(LAYER, "network.layers[*]");
    groups.set(path, [...(groups.get(path) ?? []), row]);
  }
  return rows.flatMap((row) => {
    const path = row.path.replace(LAYER, "network.layers[*]");
    const group = groups.get(path) ?? [];
    const alike = group.length === depth && group.every(({ values }) => sameValues(values, group[0].values));
    if (!alike) return [row];
    return group[0] === row ? [{ ...row, path }] : [];
  });
}

const sameValues = (a: unknown[], b: unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The table as text for other programs: CSV or Markdown. */
export function metricsAsText(tables: MetricTable[], names: string[], as: "csv" | "markdown"): string {
  const rows = tables.flatMap(({ title, rows: some }) =>
    some.map(({ metric, values }) => [
      title,
      metric.label,
      ...values.map((v) => (as === "csv" ? (v ?? "") : metric.words(v))),
    ]),
  );
  const lines = [["Group", "Measure", ...names], ...rows];
  if (as === "csv") return lines.map((line) => line.map(csvCell).join(",")).join("\r\n");
  const [head, ...body] = lines.map((line) => `| ${line.map((cell) => markdownText(String(cell))).join(" | ")} |`);
  return [head, `|${" --- |".repeat(names.length + 2)}`, ...body].join("\n");
}
