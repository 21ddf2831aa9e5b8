import type { Clock, PlayRecord } from "../../state/playback";
import type { NetworkView } from "../../view3d";

type Activity = (Float32Array | null)[];
type Spikes = (Uint8Array | null)[];

/** Faster than this, in steps a second, spikes on their way could not be seen. */
const FASTEST_WAVE = 8;
/** Where spikes on their way are shown while time stands still. */
const STILL_PHASE = 0.55;
/** Inputs brighter than this send pulses: a current flows from them at that step. */
const BRIGHT = 0.5;

/**
 * Shows a playback in the 3D view. Within a step everything happens at once for the network; here it is a wave, so that
 * causes are seen before effects: the input's current, then the spikes of each layer, then a rest.
 */
export class Film {
  private shown = "";

  constructor(
    private readonly view: NetworkView,
    private readonly record: PlayRecord,
    private readonly reducedMotion: boolean,
  ) {}

  /** Show the moment that the clock is at. */
  show(clock: Clock): void {
    const wave = clock.playing && !this.reducedMotion && clock.speed <= FASTEST_WAVE;
    if (!wave) return this.showStill(clock.step, clock.playing);
    const windows = this.record.layers.length + 1;
    const place = clock.phase * windows;
    const reached = Math.min(windows - 1, Math.floor(place));
    if (this.changes(`${clock.step} ${reached}`)) {
      const [charges, spikes] = this.stateAt(clock.step, reached);
      this.view.setActivity(charges, spikes, this.sendersAt(clock.step, reached));
    }
    this.view.setPulsePhase(reached < windows - 1 ? place - reached : null);
  }

  /** Leave the network calm. */
  end(): void {
    this.view.setActivity([], []);
  }

  private showStill(step: number, passing: boolean): void {
    if (!this.changes(`${step} still ${passing}`)) return;
    const [charges, spikes] = this.stateAt(step, this.record.layers.length);
    this.view.setActivity(charges, spikes, passing ? [] : [this.brightAt(step), ...spikes.slice(1)]);
    this.view.setPulsePhase(passing ? null : STILL_PHASE);
  }

  private changes(what: string): boolean {
    if (what === this.shown) return false;
    this.shown = what;
    return true;
  }

  /** Layers that the wave has reached are at this step, the others still at the one before. */
  private stateAt(step: number, reached: number): [Activity, Spikes] {
    const charges: Activity = [this.record.inputAt(step)];
    const spikes: Spikes = [null];
    this.record.layers.forEach((layer, at) => {
      const now = at < reached ? step : step - 1;
      charges.push(now < 0 ? null : layer.chargeAt(now));
      spikes.push(now < 0 ? null : layer.spikesAt(now));
    });
    return [charges, spikes];
  }

  private brightAt(step: number): Uint8Array | null {
    const input = this.record.inputAt(step);
    return input && Uint8Array.from(input, (value) => (value >= BRIGHT ? 1 : 0));
  }

  private sendersAt(step: number, sending: number): Spikes {
    return [this.brightAt(step), ...this.record.layers.map((layer) => layer.spikesAt(step))].map((spikes, at) =>
      at === sending ? spikes : null,
    );
  }
}
