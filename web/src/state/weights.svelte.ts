import { api, asApiError } from "../api";
import { FrameFeed } from "./frame-feed";
import { notices } from "./notices.svelte";
import { runs } from "./runs.svelte";

/** The weights on the stage: the newest as they come, or those of a snapshot. */
export class Weights {
  /** Snapshot shown in place of the newest weights; null for the newest. */
  replay = $state<number | null>(null);
  /** Update the weights on the stage are of. */
  shownUpdate = $state<number | null>(null);
  readonly feed = new FrameFeed();

  clear(): void {
    this.feed.clear();
    this.replay = null;
    this.shownUpdate = null;
  }

  /** Takes a live frame and gives its sequence number; during a replay it is passed over. */
  take(bytes: ArrayBuffer): number {
    if (this.replay !== null) return new DataView(bytes).getUint32(8, true);
    const frame = this.feed.push(bytes);
    this.shownUpdate = frame.update;
    return frame.sequence;
  }

  /** Gets the last weights of a run that is not training; one that never got so far has none. */
  async loadFinal(run: string): Promise<void> {
    try {
      const [bytes, snapshots] = await Promise.all([api.frame(run), api.snapshots(run)]);
      if (runs.openId !== run) return;
      runs.snapshots = snapshots;
      if (this.replay === null) this.shownUpdate = this.feed.push(bytes).update;
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
    } catch (thrown) {
      notices.fault(thrown, "Reading the snapshot");
    }
  }

  private async loadSnapshot(run: string, index: number): Promise<void> {
    const key = `${run}/${index}`;
    const bytes = this.feed.cached(key) ?? (await api.snapshot(run, index));
    if (!this.feed.cached(key)) this.feed.keep(key, bytes);
    if (runs.openId === run && this.replay === index) this.shownUpdate = this.feed.push(bytes).update;
  }
}

export const weights = new Weights();
