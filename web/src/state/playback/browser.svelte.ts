import { untrack } from "svelte";
import { api, asApiError, type Predictions, type SampleBlock } from "../../api";
import { runs } from "../runs.svelte";
import { bytesOf } from "./base64";
import { chosen, EVERY_SAMPLE, needsDecisions, type Choice } from "./choice";

export interface Sample {
  index: number;
  label: number;
  /** Null while the decisions are not known. */
  decision: number | null;
  pixels: Uint8Array;
}

export const PAGE_SIZE = 40;

/** The samples of the open run's data set, page by page. */
class SampleBrowser {
  choice = $state.raw<Choice>(EVERY_SAMPLE);
  page = $state(0);
  samples = $state.raw<Sample[]>([]);
  /** Height and width of a sample's picture; values without one make a row. */
  shape = $state.raw<[number, number]>([1, 1]);
  /** Samples that fit the choice; null while that is not known. */
  total = $state.raw<number | null>(null);
  predictions = $state.raw<Predictions | null>(null);
  /** What is being waited for, in words. */
  waiting = $state("");
  fault = $state("");
  private of = "";
  private turn = 0;

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const detail = runs.detail;
        void [detail?.status, runs.epoch?.epoch];
        untrack(() => this.forget(`${detail?.id} ${detail?.status}`, runs.epoch?.epoch));
      });
    });
  }

  get pages(): number {
    return Math.max(1, Math.ceil((this.total ?? 0) / PAGE_SIZE));
  }

  choose(change: Partial<Choice>): Promise<void> {
    this.choice = { ...this.choice, ...change };
    if (change.split && change.split !== this.predictions?.split) this.predictions = null;
    this.page = 0;
    return this.load();
  }

  turnTo(page: number): Promise<void> {
    this.page = Math.min(this.pages - 1, Math.max(0, page));
    return this.load();
  }

  /** Fetches the page that is wanted now; of several calls the last counts. */
  async load(): Promise<void> {
    const detail = runs.detail;
    if (!detail) return;
    const turn = ++this.turn;
    this.fault = "";
    try {
      const block = await this.fetchPage(detail.id, detail.spec.training.dataset, turn);
      if (turn === this.turn && block) this.take(block);
    } catch (thrown) {
      if (turn === this.turn) this.fault = asApiError(thrown).text;
    } finally {
      if (turn === this.turn) this.waiting = "";
    }
  }

  private async fetchPage(run: string, dataset: string, turn: number): Promise<SampleBlock | null> {
    const { split } = this.choice;
    const start = this.page * PAGE_SIZE;
    if (!needsDecisions(this.choice)) {
      this.waiting = this.samples.length > 0 ? "" : "Fetching samples …";
      const block = await api.samples(dataset, split, { start, count: PAGE_SIZE });
      if (turn === this.turn) this.total = block.total;
      return block;
    }
    const known = this.predictions ?? (await this.decide(run, split));
    if (turn !== this.turn) return null;
    this.predictions = known;
    const found = chosen(known, this.choice);
    this.total = found.length;
    const indices = found.slice(start, start + PAGE_SIZE);
    if (indices.length > 0) return api.samples(dataset, split, { indices });
    this.samples = [];
    return null;
  }

  private decide(run: string, split: "test" | "train"): Promise<Predictions> {
    this.waiting = "The network decides every sample once; this takes seconds …";
    return api.predictions(run, split);
  }

  private take(block: SampleBlock): void {
    const pixels = bytesOf(block.pixels);
    const size = block.shape.reduce((a, b) => a * b, 1);
    this.shape = block.shape.length === 3 ? [block.shape[0] * block.shape[1], block.shape[2]] : [1, size];
    this.samples = block.indices.map((index, at) => ({
      index,
      label: block.labels[at],
      decision: this.predictions?.decisions[index] ?? null,
      pixels: pixels.subarray(at * size, (at + 1) * size),
    }));
  }

  /** Another run, or newer weights: what it decided is out of date. */
  private forget(of: string, epoch: number | undefined): void {
    const key = `${of} ${epoch}`;
    if (key === this.of) return;
    this.of = key;
    this.predictions = null;
  }
}

export const browser = new SampleBrowser();
