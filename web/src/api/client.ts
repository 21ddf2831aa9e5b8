import { at, bytes, get, send, sendBytes } from "./request";
import type {
  CheckAnswer,
  DatasetRow,
  Health,
  NeuronRow,
  PresetRow,
  RunDetail,
  RunEvent,
  RunRow,
  RunSpec,
  SnapshotRow,
} from "./types";

export type RunCommand = "pause" | "resume" | "cancel" | "step";

/** The server's verbs; each throws ApiError. */
export const api = {
  health: () => get<Health>("/health"),
  schema: () => get<{ run: Record<string, unknown> }>("/schema"),
  presets: () => get<Record<string, PresetRow>>("/presets"),
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
  importWeights: (file: Blob, name: string) =>
    sendBytes<RunRow>(`/runs/import-weights?name=${encodeURIComponent(name)}`, file),
  exportUrl: (run: string, what: string) => `/api${at(run)}/export/${what}`,
};
