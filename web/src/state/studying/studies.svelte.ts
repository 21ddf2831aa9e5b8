import {
  ApiError,
  asApiError,
  studiesApi,
  type BuiltInStudy,
  type StudyDetail,
  type StudyDocument,
  type StudyMessage,
  type StudyReport,
  type StudyRow,
} from "../../api";
import { notices } from "../notices.svelte";
import { session } from "../session.svelte";
import { merged } from "./board";

/** How often the report of a study that is just finished is asked for again, and how many times, in all two minutes. */
const REPORT_EVERY = 1000;
const REPORT_ASKED = 120;

/** The studies of this home, the one that is open, and what can be done with them. */
export class Studies {
  rows = $state.raw<StudyRow[]>([]);
  loaded = $state(false);
  builtIn = $state.raw<BuiltInStudy[]>([]);
  detail = $state.raw<StudyDetail | null>(null);
  report = $state.raw<StudyReport | null>(null);
  /** Why the open study cannot be shown. */
  fault = $state("");
  busy = $state(false);
  private asking: ReturnType<typeof setTimeout> | undefined;

  /** Begins to listen; gives the function that ends it. */
  start(): () => void {
    const stop = session.listenStudies((message) => this.take(message));
    void this.load();
    return () => {
      stop();
      clearTimeout(this.asking);
      session.watchStudy(null);
    };
  }

  private async load(): Promise<void> {
    try {
      const [rows, builtIn] = await Promise.all([studiesApi.list(), studiesApi.builtIn(1)]);
      [this.rows, this.builtIn, this.loaded] = [rows, builtIn, true];
    } catch (thrown) {
      notices.fault(thrown, "Reading the studies");
    }
  }

  private take(message: StudyMessage): void {
    if (message.kind === "studies") {
      [this.rows, this.loaded] = [message.studies, true];
      return;
    }
    if (message.study.id === session.study) this.show(message.study);
  }

  private show(fresh: StudyDetail): void {
    const before = this.detail?.id === fresh.id ? this.detail : null;
    this.detail = merged(this.detail, fresh);
    this.fault = "";
    if (before && before.status !== fresh.status) void this.readReport(fresh.id);
    if (before?.status === "running" && fresh.status === "finished") {
      notices.say("success", `The study “${fresh.name}” is finished.`);
    }
  }

  /** Opens a study; null for none. */
  async open(id: string | null): Promise<void> {
    session.watchStudy(id);
    if (this.detail?.id !== id) [this.detail, this.report, this.fault] = [null, null, ""];
    if (id === null) return;
    try {
      const detail = await studiesApi.read(id);
      if (session.study !== id) return;
      this.show(detail);
      await this.readReport(id);
    } catch (thrown) {
      if (session.study === id) this.fault = asApiError(thrown).text;
    }
  }

  /** Reads the report; a study that is just finished writes it a moment later, so that it is asked for again. */
  async readReport(id: string, again = REPORT_ASKED): Promise<void> {
    clearTimeout(this.asking);
    try {
      const report = await studiesApi.report(id);
      if (session.study !== id) return;
      this.report = report;
      if (report.written_at || again <= 0 || this.detail?.status !== "finished") return;
      this.asking = setTimeout(() => void this.readReport(id, again - 1), REPORT_EVERY);
    } catch (thrown) {
      if (session.study === id && !(thrown instanceof ApiError && thrown.code === "not_found")) {
        notices.fault(thrown, "Reading the report");
      }
    }
  }

  private async doing(words: string, work: () => Promise<void>): Promise<ApiError | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      await work();
      notices.settle(words);
      return null;
    } catch (thrown) {
      notices.fault(thrown, words);
      return asApiError(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Makes a study of a document and starts it; with `trials`, as a tuning. Gives the refusal, if there is one. */
  begin(document: StudyDocument, workers: number | null, trials: number | null): Promise<ApiError | null> {
    return this.doing("Starting the study", async () => {
      let detail = await studiesApi.create(document, workers, trials === null);
      if (trials !== null) detail = await studiesApi.tune(detail.id, trials);
      this.opened(detail);
    });
  }

  resume(study: StudyDetail, workers: number | null): Promise<ApiError | null> {
    return this.doing("Resuming the study", async () => {
      const deleted = (study.counts.deleted ?? 0) > 0;
      const detail =
        study.kind === "tuning"
          ? await studiesApi.tune(study.id, null)
          : await studiesApi.start(study.id, workers, deleted);
      this.show(detail);
    });
  }

  stop(study: StudyDetail): Promise<ApiError | null> {
    return this.doing("Stopping the study", async () => this.show(await studiesApi.stop(study.id)));
  }

  remove(study: StudyRow): Promise<ApiError | null> {
    return this.doing("Deleting the study", async () => {
      await studiesApi.remove(study.id);
      this.rows = this.rows.filter(({ id }) => id !== study.id);
      if (session.study === study.id) session.openStudy(null);
      notices.say("info", `The study “${study.name}” is deleted; its runs are still in the list.`);
    });
  }

  writeReport(study: StudyDetail): Promise<ApiError | null> {
    return this.doing("Writing the report", async () => {
      this.report = await studiesApi.writeReport(study.id);
      notices.say("success", "The report is written from what is finished.");
    });
  }

  private opened(detail: StudyDetail): void {
    this.rows = [detail, ...this.rows.filter(({ id }) => id !== detail.id)];
    session.openStudy(detail.id);
    this.detail = detail;
  }
}
