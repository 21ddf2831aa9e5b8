/** The verbs of the pages for many runs; apart, so that they are loaded with those pages. */
import { at, get, send, sendBytes } from "./request";
import type {
  Comparison,
  RunMeasurement,
  RunField,
  ChangeRun,
  Curves,
  ImportedRun,
  RunRow,
  TagRow,
  DeletedRow,
  DiskUse,
} from "./types";

export interface RunQuery {
  where: string[];
  sort: string | null;
}

function queryText({ where, sort }: RunQuery): string {
  const fields = new URLSearchParams({ archived: "all" });
  for (const one of where) fields.append("where", one);
  if (sort) fields.set("sort", sort);
  return fields.toString();
}

export const libraryApi = {
  find: (query: RunQuery, signal?: AbortSignal) =>
    get<{ runs: RunRow[]; total: number; values: Record<string, unknown> | null }>(`/runs?${queryText(query)}`, signal),
  fields: async () => (await get<{ fields: RunField[] }>("/runs/fields")).fields,
  tags: async () => (await get<{ tags: TagRow[] }>("/runs/tags")).tags,
  change: (run: string, change: Partial<ChangeRun>) => send<RunRow>("PATCH", at(run), change),
  trash: async () => (await get<{ runs: DeletedRow[] }>("/trash")).runs,
  restore: (run: string) => send<RunRow>("POST", `/trash/${encodeURIComponent(run)}/restore`),
  destroy: (run: string) => send<unknown>("DELETE", `/trash/${encodeURIComponent(run)}`),
  emptyTrash: () => send<unknown>("DELETE", "/trash"),
  disk: () => get<DiskUse>("/disk"),
  setQuota: (quota_bytes: number | null) => send<DiskUse>("PUT", "/disk", { quota_bytes }),
  importRun: (file: Blob) => sendBytes<ImportedRun>("/runs/import", file),
  curves: (run: string, points: number, signal?: AbortSignal) =>
    get<Curves>(`${at(run)}/curves?points=${points}`, signal),
  /** Takes seconds for each run whose decisions were not kept. */
  compare: (runs: string[], signal?: AbortSignal) =>
    send<Comparison>("POST", "/compare", { runs, decide: true }, signal),
  /** Takes seconds the first time. */
  measure: (run: string, signal?: AbortSignal) => get<RunMeasurement>(`${at(run)}/measurement`, signal),
};
