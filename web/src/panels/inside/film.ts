import type { Clock, PlayRecord } from "../../state/playback";
import { pooled, type Shape } from "../../state";
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
  private over = false;

  constructor(
    private readonly view: NetworkView,
    private readonly record: PlayRecord,
    private readonly shape: Shape,
    private readonly reducedMotion: boolean,
  ) {}

  /** Show the moment that the clock is at. */
  show(clock: Clock): void {
    if (this.over) return;
    const wave = clock.playing && !this.reducedMotion && clock.speed <= FASTEST_WAVE;
    if (!wave) return this.showStill(clock.step, clock.playing);
    const windows = this.shape.stages.length;
    const place = clock.phase * windows;
    const reached = Math.min(windows - 1, Math.floor(place));
    if (this.changes(`${clock.step} ${reached}`)) {
      const [charges, spikes] = this.stateAt(clock.step, reached);
      this.view.setActivity(charges, spikes, this.sendersAt(clock.step, reached));
    }
    this.view.setPulsePhase(reached < windows - 1 ? place - reached : null);
  }

  /** Leave the network calm, also for what was still to be shown. */
  end(): void {
    this.over = true;
    this.view.setActivity([], []);
  }

  private showStill(step: number, passing: boolean): void {
    if (!this.changes(`${step} still ${passing}`)) return;
    const [charges, spikes] = this.stateAt(step, this.shape.stages.length);
    this.view.setActivity(charges, spikes, passing ? [] : [this.brightAt(step), ...spikes.slice(1)]);
    this.view.setPulsePhase(passing ? null : STILL_PHASE);
  }

  private changes(what: string): boolean {
    if (what === this.shown) return false;
    this.shown = what;
    return true;
  }

  /** Stages that the wave has reached are at this step, the others still at the one before. */
  private stateAt(step: number, reached: number): [Activity, Spikes] {
    const charges: Activity = [this.record.inputAt(step)];
    const spikes: Spikes = [null];
    for (let stage = 1; stage < this.shape.stages.length; stage += 1) {
      const now = stage <= reached ? step : step - 1;
      const layer = this.layerOf(stage);
      charges.push(now < 0 || !layer ? null : layer.chargeAt(now));
      spikes.push(now < 0 ? null : this.spikesAt(stage, now));
    }
    return [charges, spikes];
  }

  private brightAt(step: number): Uint8Array | null {
    const input = this.record.inputAt(step);
    return input && Uint8Array.from(input, (value) => (value >= BRIGHT ? 1 : 0));
  }

  private sendersAt(step: number, sending: number): Spikes {
    return this.shape.stages.map((_, stage) => {
      if (stage !== sending) return null;
      return stage === 0 ? this.brightAt(step) : this.spikesAt(stage, step);
    });
  }

  private layerOf(stage: number) {
    const { spiking } = this.shape.stages[stage];
    return spiking === null ? null : this.record.layers[spiking];
  }

  /** A stage without neurons hands on what pooling leaves of the spikes before it; of currents there is nothing to see. */
  private spikesAt(stage: number, step: number): Uint8Array | null {
    const layer = this.layerOf(stage);
    if (layer) return layer.spikesAt(step);
    const window = this.shape.connections.find(({ from, to }) => to === stage && from !== to)?.window;
    const before = stage > 1 && window?.depthwise ? this.spikesAt(stage - 1, step) : null;
    return window && before ? pooled(before, window) : null;
  }
}
