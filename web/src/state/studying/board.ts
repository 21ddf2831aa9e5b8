/** A study's entries as a person looks at them: by setting, over seeds. Pure. */
import type { EntryStatus, StudyDetail, StudyEntry, StudyRow, TrialState } from "../../api";
import { labelOf } from "../library/settings-table";
import { isSizes } from "./form";
import { writeValue } from "./values";

export const STUDY_WORDS: Record<StudyRow["status"], string> = {
  running: "Running",
  finished: "Finished",
  incomplete: "Incomplete",
  stopped: "Stopped",
  planned: "Planned",
};

export const ENTRY_WORDS: Record<EntryStatus, string> = {
  waiting: "Waiting",
  queued: "Queued",
  running: "Training",
  paused: "Paused",
  finished: "Finished",
  cancelled: "Stopped",
  failed: "Failed",
  interrupted: "Interrupted",
  deleted: "Deleted",
};

export const TRIAL_WORDS: Record<TrialState, string> = {
  complete: "Complete",
  pruned: "Given up early",
  fail: "Failed",
  running: "Training",
};

export interface Spread {
  mean: number;
  /** Sample standard deviation; null of one value. */
  deviation: number | null;
  count: number;
}

export function spreadOf(values: (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null, count: known.length };
}

export interface SettingRow {
  key: string;
  settings: Record<string, unknown>;
  entries: StudyEntry[];
  finished: number;
  test: Spread | null;
  validation: Spread | null;
}

/** One row for each setting, its seeds together, in the order of the plan. */
export function bySetting(entries: StudyEntry[]): SettingRow[] {
  const groups = new Map<string, StudyEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify(entry.settings);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups].map(([key, group]) => ({
    key,
    settings: group[0].settings,
    entries: group,
    finished: group.filter(({ status }) => status === "finished").length,
    test: spreadOf(group.map(({ test_accuracy }) => test_accuracy)),
    validation: spreadOf(group.map(({ validation_accuracy }) => validation_accuracy)),
  }));
}

/** The fields that vary, in the order in which they first come. */
export const variedFields = (entries: Pick<StudyEntry, "settings">[]): string[] => [
  ...new Set(entries.flatMap(({ settings }) => Object.keys(settings))),
];

const SHORT: Record<string, string> = {
  hidden: "Hidden layers",
  neuron: "Neuron",
  dataset: "Data set",
  preset: "Recipe",
};
export const fieldWords = (name: string): string => SHORT[name] ?? labelOf(name);

export function settingWords(name: string, value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return value === undefined ? "–" : writeValue(value, isSizes(name));
}

/** Takes what changed of a study into what is known of it. */
export function merged(known: StudyDetail | null, fresh: StudyDetail): StudyDetail {
  if (!known || known.id !== fresh.id || fresh.entries.length >= known.entries.length) return fresh;
  const changed = new Map(fresh.entries.map((entry) => [entry.key, entry]));
  return { ...fresh, entries: known.entries.map((entry) => changed.get(entry.key) ?? entry) };
}

/** Done runs, counting what is under way by its share. */
export function shareDone(detail: Pick<StudyDetail, "entries" | "total">): number {
  if (detail.total === 0) return 0;
  const done = detail.entries.reduce((sum, { status, progress }) => {
    if (["finished", "failed", "deleted"].includes(status)) return sum + 1;
    return sum + (progress?.total_updates ? progress.update / progress.total_updates : 0);
  }, 0);
  return Math.min(1, done / detail.total);
}

/** The best entries, by the keys that the server gives. */
export function leadersOf({ leaders, entries }: StudyDetail): StudyEntry[] {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  return leaders.flatMap((key) => byKey.get(key) ?? []);
}
