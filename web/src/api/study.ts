/** Studies as the server tells them. */
import type {
  BuiltInStudy as ServedBuiltIn,
  StudyDetail as ServedDetail,
  StudyEntry,
  StudyRow,
  TrialRow,
} from "../protocol/api";
import type { RunSpec } from "./types";

export type { ReportTable, StudyEntry, StudyPlan, StudyReport, StudyRow, TrialRow } from "../protocol/api";

export type StudyStatus = StudyRow["status"];
export type EntryStatus = StudyEntry["status"];
export type TrialState = TrialRow["state"];

export interface Draw {
  among?: unknown[] | null;
  low?: number | null;
  high?: number | null;
  scale?: "linear" | "log";
  whole?: boolean;
}

export type Vary =
  | { kind: "grid"; fields: Record<string, unknown[]> }
  | { kind: "list"; entries: Record<string, unknown>[] }
  | { kind: "random"; samples: number; draw_seed?: number; fields: Record<string, Draw> };

export interface Composition {
  dataset?: string | null;
  hidden?: number[];
  neuron?: string;
  preset?: string;
  training?: Record<string, unknown>;
}

export interface StudyDocument {
  format?: "snntrainer3d/study";
  version?: number;
  name: string;
  base?: RunSpec | null;
  compose?: Composition | null;
  vary?: Vary | null;
  seeds?: number[];
  decide_steps?: number[];
}

/** What the server keeps as plain JSON, told as what it is. */
export type StudyDetail = Omit<ServedDetail, "document"> & { document: StudyDocument };
export type BuiltInStudy = Omit<ServedBuiltIn, "study"> & { study: StudyDocument };
