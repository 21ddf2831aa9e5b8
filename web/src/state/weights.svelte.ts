import { api, asApiError } from "../api";
import { decodeFrame } from "../wire";
import { differenceOf } from "./difference";
import { FrameFeed, type Frame } from "./frame-feed";
import { notices } from "./notices.svelte";
import { runs } from "./runs.svelte";

/** The weights on the stage: the newest as they come, or those of a snapshot. */
export class Weights {
  /** Snapshot shown in place of the newest weights; null for the newest. */
  replay = $state<number | null>(null);
  /** Update the weights on the stage are of. */
  shownUpdate = $state<number | null>(null);
  /** Update of the moment that the shown ones are compared with: then their changes since it are on the stage. */
  since = $state<number | null>(null);
  readonly feed = new FrameFeed();
  private earlier: Frame | null = null;
  /** What the stage shows, before anything was taken from it. */
  private whole: Frame | null = null;

  clear(): void {
    this.feed.clear();
    this.replay = null;
    this.shownUpdate = null;
    this.since = null;
    this.earlier = this.whole = null;
  }

  /** Compares what is shown from now on with what is shown now, or with null no more. */
  compare(from: "shown" | null): void {
    this.earlier = from === null ? null : this.whole;
    this.since = this.earlier?.update ?? null;
    if (this.whole) this.show(this.whole);
  }

  private show(frame: Frame): Frame {
    this.whole = frame;
    this.shownUpdate = frame.update;
    const changes = this.earlier && differenceOf(frame, this.earlier);
    this.feed.put(changes ?? frame);
    return frame;
  }

  /** Takes a live frame and gives its sequence number; during a replay it is passed over. */
  take(bytes: ArrayBuffer): number {
    if (this.replay !== null) return new DataView(bytes).getUint32(8, true);
    return this.show(decodeFrame(bytes)).sequence;
  }

  /** Gets the last weights of a run that is not training; one that never got so far has none. */
  async loadFinal(run: string): Promise<void> {
    try {
      const [bytes, snapshots] = await Promise.all([api.frame(run), api.snapshots(run)]);
      if (runs.openId !== run) return;
      runs.snapshots = snapshots;
      if (this.replay === null) this.show(decodeFrame(bytes));
    } catch (thrown) {
      if (asApiError(thrown).code !== "not_found") throw thrown;
    }
  }

  /** Shows the weights of a snapshot of the open run, or with null the newest again. */
  async showSnapshot(index: number | null): Promise<void> {
    const run = runs.openId;
    if (!run) return;
    this.replay = index;
    try {
      if (index === null) await this.loadFinal(run);
      else await this.loadSnapshot(run, index);
      notices.settle("Reading the snapshot");
    } catch (thrown) {
      notices.fault(thrown, "Reading the snapshot");
    }
  }

  private async loadSnapshot(run: string, index: number): Promise<void> {
    const key = `${run}/${index}`;
    const bytes = this.feed.cached(key) ?? (await api.snapshot(run, index));
    if (!this.feed.cached(key)) this.feed.keep(key, bytes);
    if (runs.openId === run && this.replay === index) this.show(decodeFrame(bytes));
  }
}

export const weights = new Weights();
