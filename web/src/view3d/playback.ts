import type { DrawnNetwork } from "./drawn-network";
import { planPulses } from "./pulse-plan";

/** What neurons do at one moment, and the spikes on their way to the next. */
export class Playback {
  /** Whether any neuron shows a state. */
  active = false;
  private began: number | null = null;
  private durationMs = 1;

  /** `sending` says which neurons' spikes travel. */
  set(
    drawn: DrawnNetwork,
    membranes: (Float32Array | null)[],
    spikes: (Uint8Array | null)[],
    sending: (Uint8Array | null)[],
  ): void {
    const { nodes, pulses, placed, edges } = drawn;
    nodes.setActivity(membranes, spikes);
    this.active = membranes.some((layer) => layer !== null) || spikes.some((layer) => layer !== null);
    const blocks = edges.blocks.map(({ shape, weights }) => ({ shape, values: weights?.values ?? null }));
    pulses.set(planPulses(placed, blocks, sending));
    this.show(drawn, null);
  }

  play(durationMs: number): void {
    this.began = performance.now();
    this.durationMs = Math.max(1, durationMs);
  }

  /** Hold the pulses at a phase; null hides them. */
  show({ pulses }: DrawnNetwork, phase: number | null): void {
    this.began = null;
    pulses.setPhase(phase);
  }

  /** Move pulses on; says whether they are still on their way. */
  advance({ pulses }: DrawnNetwork, now: number): boolean {
    if (this.began === null) return false;
    const phase = Math.max(0, now - this.began) / this.durationMs;
    if (phase > 1) this.began = null;
    pulses.setPhase(phase > 1 ? null : phase);
    return this.began !== null;
  }

  clear(): void {
    this.active = false;
    this.began = null;
  }
}
