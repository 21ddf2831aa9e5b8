/** The verbs of the page for studies; loaded with it. */
import { get, send } from "./request";
import type { BuiltInStudy, StudyDetail, StudyDocument, StudyPlan, StudyReport, StudyRow } from "./study";

const one = (study: string): string => `/studies/${encodeURIComponent(study)}`;

export const studiesApi = {
  list: async () => (await get<{ studies: StudyRow[] }>("/studies")).studies,
  builtIn: async (seeds: number) =>
    (await get<{ studies: BuiltInStudy[] }>(`/studies/built-in?seeds=${seeds}`)).studies,
  plan: (study: unknown, workers: number | null, signal?: AbortSignal) =>
    send<StudyPlan>("POST", "/studies/plan", { study, workers }, signal),
  create: (study: StudyDocument, workers: number | null, start: boolean) =>
    send<StudyDetail>("POST", "/studies", { study, workers, start }),
  read: (study: string, signal?: AbortSignal) => get<StudyDetail>(one(study), signal),
  start: (study: string, workers: number | null, replaceDeleted: boolean) =>
    send<StudyDetail>("POST", `${one(study)}/start`, { workers, replace_deleted: replaceDeleted }),
  tune: (study: string, trials: number | null) => send<StudyDetail>("POST", `${one(study)}/tune`, { trials }),
  stop: (study: string) => send<StudyDetail>("POST", `${one(study)}/stop`),
  remove: (study: string) => send<unknown>("DELETE", one(study)),
  report: (study: string, signal?: AbortSignal) => get<StudyReport>(`${one(study)}/report`, signal),
  writeReport: (study: string) => send<StudyReport>("POST", `${one(study)}/report`),
  fileUrl: (study: string, path: string) =>
    `/api${one(study)}/files/${path.split("/").map(encodeURIComponent).join("/")}`,
};
