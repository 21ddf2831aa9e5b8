/** What the server says and takes; `protocol` is generated from its models, drafts are ours. */
import type { RunDetail as SpecRunDetail, TemplateRow as SpecTemplateRow } from "../protocol/api";
import type { NEURONS, SURROGATES } from "../protocol/neurons";
import type { Learning, Network as SpecNetwork, Recurrent, Reset, Training } from "../protocol/spec";

export type {
  ActivityResult,
  AgreementResult,
  CheckAnswer,
  CircuitCard,
  CircuitNetlist,
  CircuitPlan,
  CircuitReport,
  CircuitTraces,
  FormEstimate,
  MeasureCircuit,
  SimulateCircuit,
  Simulation,
  ComparedPair,
  ComparedRun,
  ComparedSettings,
  Comparison,
  McNemarTest,
  Refusal,
  Refused,
  RunMeasurement,
  WilcoxonTest,
  ClassResult,
  ClientMessage,
  Cost,
  DatasetRow,
  Drawing,
  ErrorDetail,
  EvaluationResult,
  ExportForm,
  ExportForms,
  ExportProof,
  Fault,
  FoundModule,
  Health,
  NeuronDetail,
  NeuronRates,
  NeuronRow,
  OwnData,
  Plane,
  Play,
  Playback,
  Predictions,
  PresetRow,
  Progress,
  Results,
  ChangeRun,
  Curves,
  DeletedRow,
  DiskRow,
  DiskUse,
  RunField,
  ImportedRun,
  ImportedWeights,
  ModuleList,
  RunRow,
  RunsMessage,
  SampleBlock,
  ServerMessage,
  SnapshotRow,
  TagRow,
  TrashList,
} from "../protocol/api";
export type { Event as RunEvent, Notice, NoticeLevel, Prepared, RunStatus } from "../protocol/events";
export type { Coding, Learning, Reset, Training } from "../protocol/spec";

export type NeuronKind = keyof typeof NEURONS;
export type SurrogateKind = keyof typeof SURROGATES;

export interface Surrogate {
  kind: SurrogateKind;
  slope?: number;
  beta?: number;
}

/** A neuron while it is edited: one object for all kinds, so that a change of kind keeps what both have. */
export interface Neuron {
  kind: NeuronKind;
  threshold?: number;
  learn_threshold?: Learning;
  reset?: Reset;
  surrogate?: Surrogate;
  alpha?: number;
  beta?: number | null;
  resistance_ohm?: number | null;
  capacitance_f?: number | null;
  time_step_s?: number;
  learn_alpha?: Learning;
  learn_beta?: Learning;
  reset_delay?: boolean;
  rho?: number;
  adaptation?: number;
  learn_rho?: Learning;
  learn_adaptation?: Learning;
  a?: number;
  b?: number;
  c?: number;
  d?: number;
  time_step_ms?: number;
  input_gain?: number;
  gradient_limit?: number;
  learn_a?: Learning;
  learn_b?: Learning;
  learn_c?: Learning;
  learn_d?: Learning;
}

export type LayerKind = SpecNetwork["layers"][number]["kind"];

/** A layer while it is edited: one object for all kinds, holding the fields of its own. */
export interface Layer {
  kind: LayerKind;
  neuron: Neuron | null;
  size?: number;
  bias?: boolean;
  feedback?: Recurrent["feedback"];
  channels?: number;
  kernel?: number;
  /** Null of a pooling: as far as its window is wide. */
  stride?: number | null;
  padding?: number;
  share?: number;
  momentum?: number;
  epsilon?: number;
}

export type Network = Omit<SpecNetwork, "layers"> & { layers: Layer[] };

/** A run's document while it is edited. */
export interface RunSpec {
  format: "snntrainer3d/run";
  version: 1;
  network: Network;
  training: Training;
}

export type RunDetail = Omit<SpecRunDetail, "spec"> & { spec: RunSpec };
export type TemplateRow = Omit<SpecTemplateRow, "layers"> & { layers: Layer[] };
