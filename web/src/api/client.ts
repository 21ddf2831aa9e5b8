import { errorFromBody, unreachable } from "./errors";
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

async function answer(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, init);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw unreachable();
  }
  if (response.ok) return response;
  throw errorFromBody(await response.json().catch(() => null), response.status);
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answer(path, { signal })).json() as Promise<T>;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await answer(path, init);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

async function bytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await answer(path, { signal })).arrayBuffer();
}

const at = (run: string): string => `/runs/${encodeURIComponent(run)}`;

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
  importWeights: async (file: Blob, name: string) =>
    (
      await answer(`/runs/import-weights?name=${encodeURIComponent(name)}`, {
        method: "POST",
        body: file,
        headers: { "Content-Type": "application/octet-stream" },
      })
    ).json() as Promise<RunRow>,
  exportUrl: (run: string, what: string) => `/api${at(run)}/export/${what}`,
};
