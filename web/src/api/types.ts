/** What the server says and takes; `protocol` is generated from its models, drafts are ours. */
import type {
  OwnNeuronRow as SpecOwnNeuronRow,
  RunDetail as SpecRunDetail,
  TemplateRow as SpecTemplateRow,
} from "../protocol/api";
import type { NEURONS, SURROGATES } from "../protocol/neurons";
import type { Network as SpecNetwork, Neuron as SpecNeuron, OwnParameter, Recurrent, Training } from "../protocol/spec";

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
  BenchAnswer,
  Benched,
  BenchPlane,
  NeuronCheck,
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
export type { Coding, Learning, OwnParameter, Reset, Stimulus, Training } from "../protocol/spec";

/** The kind of neurons and of surrogates that a person wrote as equations. */
export type Own = "equations";
export type BuiltInKind = keyof typeof NEURONS;
export type NeuronKind = BuiltInKind | Own;
export type SurrogateKind = keyof typeof SURROGATES | Own;

export interface Surrogate {
  kind: SurrogateKind;
  slope?: number;
  beta?: number;
  derivative?: string;
  parameters?: Record<string, number>;
}

/** Every field that one of the kinds has. */
type AnyOf<Kinds, Name extends PropertyKey = Kinds extends Kinds ? keyof Kinds : never> = {
  [Field in Name]?: Kinds extends Partial<Record<Field, infer Value>> ? Value : never;
};

interface AnyNeuron extends Omit<AnyOf<SpecNeuron>, "kind" | "surrogate"> {
  surrogate?: Surrogate;
}

/** A neuron while it is edited: one object for all kinds, so that a change of kind keeps what both have. */
export interface BuiltInNeuron extends AnyNeuron {
  kind: BuiltInKind;
}

/** A neuron written as equations. */
export interface OwnNeuron extends AnyNeuron {
  kind: Own;
  title: string;
  inputs: string[];
  parameters: Record<string, OwnParameter>;
  states: Record<string, number | string>;
  step: string[];
  membrane: string;
  threshold: string;
  surrogate: Surrogate;
  substeps: number;
  time_step_s: number | null;
}

export type Neuron = BuiltInNeuron | OwnNeuron;

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

export interface OwnNeuronRow extends Omit<SpecOwnNeuronRow, "neuron"> {
  neuron: OwnNeuron | null;
}

export type RunDetail = Omit<SpecRunDetail, "spec"> & { spec: RunSpec };
export type TemplateRow = Omit<SpecTemplateRow, "layers"> & { layers: Layer[] };
