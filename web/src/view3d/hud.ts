import type { ViewStats } from "./types";

const WINDOW_MS = 2000;

/** Counts what arrives over the last seconds. */
export class Meter {
  private readonly arrivals: { at: number; amount: number }[] = [];

  add(amount: number, now: number): void {
    this.arrivals.push({ at: now, amount });
    this.forget(now);
  }

  perSecond(now: number): number {
    this.forget(now);
    return (this.arrivals.reduce((sum, { amount }) => sum + amount, 0) * 1000) / WINDOW_MS;
  }

  private forget(now: number): void {
    while (this.arrivals.length > 0 && this.arrivals[0].at < now - WINDOW_MS) this.arrivals.shift();
  }
}

/** Give the lines that `?debug` shows. */
export function hudText(stats: ViewStats): string {
  const count = (value: number) => value.toLocaleString("en");
  const megabytes = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
  const of = stats.edgesInNetwork > stats.edgesTotal ? ` of ${count(stats.edgesInNetwork)}` : "";
  return [
    `${stats.fps} fps · ${stats.drawCalls} draws · ${count(stats.edgesDrawn)} / ${count(stats.edgesTotal)} edges${of}`,
    `${stats.lastUpdateMs.toFixed(2)} ms per update · ${megabytes(stats.bytesPerSecond)}/s · ${megabytes(stats.bytes)} on GPU`,
  ].join("\n");
}
