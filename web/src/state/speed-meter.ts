/** How fast a training goes now: over its last seconds, since a single update says little. */

/** Seconds looked back on. */
const WINDOW = 8;

export class SpeedMeter {
  private marks: { at: number; update: number }[] = [];

  clear(): void {
    this.marks = [];
  }

  /** Takes where the training is; going back, as after a resume, begins anew. */
  take(at: number, update: number): void {
    const last = this.marks[this.marks.length - 1];
    if (last && (update < last.update || at - last.at > WINDOW)) this.clear();
    this.marks.push({ at, update });
    while (this.marks.length > 2 && at - this.marks[0].at > WINDOW) this.marks.shift();
  }

  /** Updates per second; null until two moments are known. */
  get updatesPerSecond(): number | null {
    const first = this.marks[0];
    const last = this.marks[this.marks.length - 1];
    if (!first || last.at <= first.at || last.update <= first.update) return null;
    return (last.update - first.update) / (last.at - first.at);
  }
}
