/** Where a playback is, in steps; whole numbers are moments, what lies between is on the way to the next. */

/** Steps a second to choose from. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32] as const;
const LONGEST_FRAME_MS = 250;

export type Tick = (clock: Clock) => void;

/** Per-frame state: told to listeners, never through Svelte. */
export class Clock {
  position = 0;
  playing = false;
  loop = false;
  speed = 4;
  private length = 1;
  private frame = 0;
  private before = 0;
  private readonly listeners = new Set<Tick>();

  /** The step shown, from 0. */
  get step(): number {
    return Math.min(this.length - 1, Math.floor(this.position));
  }

  /** How far from this step to the next, 0 to 1. */
  get phase(): number {
    return this.playing ? this.position - Math.floor(this.position) : 0;
  }

  get steps(): number {
    return this.length;
  }

  /** Calls `tick` now and at every change; gives the function that ends it. */
  listen(tick: Tick): () => void {
    this.listeners.add(tick);
    tick(this);
    return () => this.listeners.delete(tick);
  }

  /** Takes a playback of so many steps and goes to one of them. */
  take(length: number, step: number): void {
    this.length = Math.max(1, length);
    this.seek(step);
  }

  seek(step: number): void {
    this.position = Math.min(this.length - 1, Math.max(0, Math.round(step)));
    this.tell();
  }

  /** One step on or back; playing ends. */
  move(by: number): void {
    this.pause();
    this.seek(this.step + by);
  }

  /** Plays on, from the start where the end is reached. */
  play(): void {
    if (this.playing) return;
    if (this.step >= this.length - 1) this.position = 0;
    this.playing = true;
    this.before = performance.now();
    this.frame = requestAnimationFrame(this.onFrame);
    this.tell();
  }

  pause(): void {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.playing = false;
    this.position = this.step;
    this.tell();
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.tell();
  }

  setLoop(loop: boolean): void {
    this.loop = loop;
    this.tell();
  }

  private readonly onFrame = (now: number): void => {
    // A page that was hidden goes on where it was.
    const passed = Math.min(LONGEST_FRAME_MS, Math.max(0, now - this.before));
    this.before = now;
    this.position += (passed / 1000) * this.speed;
    if (this.position >= this.length) {
      if (!this.loop) return this.stopAtEnd();
      this.position %= this.length;
    }
    this.frame = requestAnimationFrame(this.onFrame);
    this.tell();
  };

  private stopAtEnd(): void {
    this.playing = false;
    this.position = this.length - 1;
    this.tell();
  }

  private tell(): void {
    for (const tick of this.listeners) tick(this);
  }
}
