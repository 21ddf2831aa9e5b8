import { untrack } from "svelte";
import { api, asApiError, type Drawing, type Play, type Playback } from "../../api";
import { costOf } from "../cost";
import { runs } from "../runs.svelte";
import { session } from "../session.svelte";
import { settings } from "../settings.svelte";
import { Clock } from "./clock";
import { Newest } from "./newest";
import { PlayRecord } from "./record";

/** A sample, or what is on the pad when the server is asked: strokes go on while it is not. */
export type Subject = { split: "test" | "train"; index: number } | { drawing: () => Drawing };

interface Question {
  subject: Subject;
  run: string;
  /** When the person did what this asks about, on the page's clock. */
  asked: number;
  /** Of the same subject again, with newer weights: the playback stays where it is. */
  again: boolean;
}

/** Neurons × steps that are fetched and kept; of larger networks only the decision is. */
const MOST_RECORDED = 4_000_000;
/** A checkpoint is whole a moment after its epoch is told. */
const CHECKPOINT_AFTER = 400;
/** One page's requests supersede each other on the server. */
const PAGE = Math.random().toString(36).slice(2);

/** Milliseconds since then, also told to the browser's own tools for timing. */
function measured(name: string, start: number): number {
  const { duration } = performance.measure(name, { start });
  performance.clearMeasures(name);
  return duration;
}

/** Plays samples and drawings through the open run's network. */
class Player {
  subject = $state.raw<Subject | null>(null);
  record = $state.raw<PlayRecord | null>(null);
  /** Why there is no answer, in the server's words. */
  fault = $state("");
  busy = $state(false);
  /** From the last stroke of a drawing to the answer on the page, in milliseconds. */
  answeredAfter = $state.raw<number | null>(null);
  readonly clock = new Clock();
  private dataset = "";
  private readonly line = new Newest<Question, Playback>(
    ({ run, subject }) => api.play(run, this.requestFor(subject)),
    (answer, question) => this.take(answer, question),
    (thrown, question) => this.fail(thrown, question),
  );

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const detail = runs.detail?.id === runs.openId ? runs.detail : null;
        void runs.openId;
        untrack(() => this.changeRun(detail?.id ?? null, detail?.spec.training.dataset ?? ""));
      });
      $effect(() => {
        void [runs.epoch?.epoch, runs.row?.status];
        untrack(() => setTimeout(() => this.follow(), CHECKPOINT_AFTER));
      });
    });
  }

  /** Whether what is played is drawn by hand. */
  get drawn(): boolean {
    return this.subject !== null && "drawing" in this.subject;
  }

  /** Plays this; a newer call supersedes one that was not answered yet. */
  show(subject: Subject, asked = performance.now()): void {
    const run = runs.openId;
    if (!run || !runs.detail) return;
    this.dataset = runs.detail.spec.training.dataset;
    this.subject = subject;
    if (session.stage !== "run") session.showStage("run");
    this.ask({ subject, run, asked, again: false });
  }

  /** Lets the server get ready, so that the first stroke is answered as fast as the next: it loads what computes. */
  async warm(): Promise<void> {
    const detail = runs.detail;
    if (!detail) return;
    const size = detail.spec.network.input.shape.reduce((a, b) => a * b, 1);
    // Whatever goes wrong is told when something is really played.
    await api.play(detail.id, { pixels: Array<number>(size).fill(0), layers: false }).catch(() => null);
  }

  /** Ends the playback; the network is calm again. */
  close(): void {
    this.line.drop();
    this.clock.pause();
    this.subject = null;
    this.record = null;
    this.fault = "";
    this.busy = false;
    this.answeredAfter = null;
  }

  private ask(question: Question): void {
    this.busy = true;
    this.line.put(question);
  }

  private requestFor(subject: Subject): Partial<Play> {
    const what = "drawing" in subject ? { drawing: subject.drawing() } : subject;
    return { ...what, page: PAGE, layers: this.recordable() };
  }

  private recordable(): boolean {
    const spec = runs.detail?.spec;
    if (!spec) return false;
    return (costOf(spec)?.neurons ?? 0) * spec.training.num_steps <= MOST_RECORDED;
  }

  private take(answer: Playback, { subject, run, asked, again }: Question): void {
    this.busy = this.subject !== null && this.subject !== subject;
    // A run that was left, or a playback that was ended meanwhile.
    if (run !== runs.openId || this.subject === null) return;
    const record = new PlayRecord(answer);
    const before = this.clock.step;
    const fresh = this.record === null;
    this.record = record;
    this.fault = "";
    const drawn = "drawing" in subject;
    if (drawn && !again) this.answeredAfter = measured("answer", asked);
    if (again && !fresh) return this.clock.take(record.numSteps, before);
    this.clock.pause();
    const moving = !drawn && !settings.reducedMotion && record.layers.length > 0;
    this.clock.take(record.numSteps, moving ? 0 : record.numSteps - 1);
    if (moving) this.clock.play();
  }

  private fail(thrown: unknown, { subject, run }: Question): void {
    const error = asApiError(thrown);
    this.busy = this.subject !== null && this.subject !== subject;
    // A newer question of this page took its place on the server.
    if (error.code === "conflict" || run !== runs.openId || this.subject === null) return;
    this.record = null;
    this.clock.pause();
    this.fault = error.text;
  }

  private changeRun(run: string | null, dataset: string): void {
    if (this.record && this.record.answer.run !== runs.openId) {
      this.clock.pause();
      this.record = null;
    }
    this.fault = "";
    if (!run || !this.subject) return;
    if (dataset !== this.dataset) return this.close();
    if (this.record) return;
    // The same sample through the other run's network: that is how two are compared.
    this.ask({ subject: this.subject, run, asked: performance.now(), again: false });
  }

  /** Plays the same again once a training has newer weights. */
  private follow(): void {
    const run = runs.openId;
    const old = this.record ? this.record.answer.update !== null : this.fault !== "";
    if (!run || !this.subject || !old) return;
    this.ask({ subject: this.subject, run, asked: performance.now(), again: true });
  }
}

export const player = new Player();
