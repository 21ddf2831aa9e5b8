import { at, bytes, get, send, sendBytes } from "./request";
import type {
  CheckAnswer,
  CircuitCard,
  CircuitNetlist,
  CircuitPlan,
  CircuitReport,
  DatasetRow,
  ExportForms,
  ExportProof,
  Health,
  MeasureCircuit,
  NeuronDetail,
  NeuronRates,
  Network,
  NeuronRow,
  Plane,
  Play,
  Playback,
  Predictions,
  PresetRow,
  RunDetail,
  RunEvent,
  RunRow,
  ImportedWeights,
  ModuleList,
  RunSpec,
  SampleBlock,
  SimulateCircuit,
  Simulation,
  SnapshotRow,
  TemplateRow,
} from "./types";

export type RunCommand = "pause" | "resume" | "cancel" | "step";

/** What a person says of a weight file that the file does not. */
export interface SaidOfWeights {
  /** Seconds of one time step of a NIR file. */
  dtS?: number;
  /** Which layer a module of a state dict is. */
  map?: Record<string, number>;
}

/** The server's verbs; each throws ApiError. */
export const api = {
  health: () => get<Health>("/health"),
  schema: () => get<{ run: Record<string, unknown> }>("/schema"),
  presets: () => get<Record<string, PresetRow>>("/presets"),
  templates: (dataset: string) => get<TemplateRow[]>(`/templates?dataset=${encodeURIComponent(dataset)}`),
  neurons: () => get<NeuronRow[]>("/neurons"),
  datasets: () => get<DatasetRow[]>("/datasets"),
  fetchDataset: (name: string) => send<unknown>("POST", `/datasets/${encodeURIComponent(name)}/fetch`),
  check: (spec: RunSpec, signal?: AbortSignal) => send<CheckAnswer>("POST", "/check", spec, signal),
  runs: async () => (await get<{ runs: RunRow[] }>("/runs")).runs,
  start: (spec: RunSpec, from: string | null) => send<RunRow>("POST", "/runs", { spec, from }),
  run: (run: string, signal?: AbortSignal) => get<RunDetail>(at(run), signal),
  rename: (run: string, name: string) => send<RunRow>("PATCH", at(run), { name }),
  remove: (run: string) => send<unknown>("DELETE", at(run)),
  command: (run: string, command: RunCommand) => send<unknown>("POST", `${at(run)}/${command}`),
  events: (run: string, after: number) => get<{ events: RunEvent[]; next: number }>(`${at(run)}/events?after=${after}`),
  frame: (run: string, signal?: AbortSignal) => bytes(`${at(run)}/frame`, signal),
  snapshots: async (run: string) => (await get<{ snapshots: SnapshotRow[] }>(`${at(run)}/snapshots`)).snapshots,
  snapshot: (run: string, index: number, signal?: AbortSignal) => bytes(`${at(run)}/snapshots/${index}`, signal),
  weight: async (run: string, layer: number, row: number, column: number, signal?: AbortSignal) =>
    (await get<{ value: number }>(`${at(run)}/weight?layer=${layer}&row=${row}&column=${column}`, signal)).value,
  samples: (dataset: string, split: string, which: { start: number; count: number } | { indices: number[] }) => {
    const chosen = "indices" in which ? `indices=${which.indices.join()}` : `start=${which.start}&count=${which.count}`;
    return get<SampleBlock>(`/datasets/${encodeURIComponent(dataset)}/samples?split=${split}&${chosen}`);
  },
  play: (run: string, question: Partial<Play>) => send<Playback>("POST", `${at(run)}/play`, question),
  predictions: (run: string, split: string) => get<Predictions>(`${at(run)}/predictions?split=${split}`),
  rates: (run: string, split: string) => get<NeuronRates>(`${at(run)}/rates?split=${split}`),
  neuron: (run: string, layer: number, neuron: number) =>
    get<NeuronDetail>(`${at(run)}/neuron?layer=${layer}&neuron=${neuron}`),
  plane: (run: string, signal?: AbortSignal) => get<Plane>(`${at(run)}/plane`, signal),
  importWeights: (file: Blob, name: string, stated: Network, { dtS, map = {} }: SaidOfWeights) => {
    const said = new URLSearchParams({ name, network: JSON.stringify(stated) });
    if (dtS !== undefined) said.set("dt_s", String(dtS));
    for (const [module, layer] of Object.entries(map)) said.append("map", `${module}=layers.${layer}`);
    return sendBytes<ImportedWeights>(`/runs/import-weights?${said}`, file);
  },
  modulesOf: async (file: Blob, stated: Network) => {
    const said = new URLSearchParams({ network: JSON.stringify(stated) });
    return (await sendBytes<ModuleList>(`/runs/import-weights/modules?${said}`, file)).modules;
  },
  circuit: (run: string, signal?: AbortSignal) => get<CircuitCard>(`${at(run)}/circuit`, signal),
  crossbars: (run: string, signal?: AbortSignal) => get<CircuitPlan>(`${at(run)}/circuit/crossbars`, signal),
  simulate: (run: string, wanted: SimulateCircuit) =>
    send<Simulation>("POST", `${at(run)}/circuit/simulations`, wanted),
  netlist: (run: string, form: string, sample: number) =>
    get<CircuitNetlist>(`${at(run)}/circuit/netlist?form=${form}&sample=${sample}`),
  measureCircuit: (run: string, wanted: MeasureCircuit) =>
    send<CircuitReport>("POST", `${at(run)}/circuit/measures`, wanted),
  simulation: (run: string, id: string) => get<Simulation>(`${at(run)}/circuit/simulations/${id}`),
  cancelSimulation: (run: string, id: string) => send<Simulation>("DELETE", `${at(run)}/circuit/simulations/${id}`),
  simulationUrl: (run: string, id: string) => `/api${at(run)}/circuit/simulations/${id}/report.zip`,
  exportForms: (run: string, signal?: AbortSignal) => get<ExportForms>(`${at(run)}/export`, signal),
  exportProof: (run: string, form: string) => get<ExportProof>(`${at(run)}/export/${form}/proof`),
  exportUrl: (run: string, what: string) => `/api${at(run)}/export/${what}`,
};
