import { adaptBudget } from "./chunks";

const FIRST_BUDGET = 60_000;
/** Whether another frame is needed, and of how many edges the picture is made that this one drew a part of. */
export interface FrameOutcome {
  again: boolean;
  edges: number;
}

/** Asks for frames only while something changes, and learns from their times how many edges one bears. */
export class FrameLoop {
  /** Edges for the next frame. */
  budget = FIRST_BUDGET;
  frames = 0;
  private request = 0;
  private last = 0;
  private frameMs = 0;
  /** Whether the frame before asked for this one, so that the time between them is a frame's. */
  private following = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly draw: (now: number) => FrameOutcome) {}

  get running(): boolean {
    return this.request !== 0;
  }

  /** Frames a second, 0 at rest. */
  get fps(): number {
    return this.running && this.frameMs > 0 ? Math.round(1000 / this.frameMs) : 0;
  }

  /** Ask for a frame, if none is asked for yet. */
  invalidate(): void {
    if (this.request === 0) this.request = requestAnimationFrame(this.onFrame);
  }

  /** Resolve when no frame is asked for. */
  settled(): Promise<void> {
    return this.running ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  stop(): void {
    cancelAnimationFrame(this.request);
    this.rest();
  }

  private readonly onFrame = (now: number): void => {
    this.request = 0;
    this.frames++;
    const passed = now - this.last;
    this.last = now;
    const { again, edges } = this.draw(now);
    if (this.following && passed > 0) {
      this.frameMs = this.frameMs > 0 ? 0.8 * this.frameMs + 0.2 * passed : passed;
      if (edges > 0) this.budget = adaptBudget(this.budget, passed, edges);
    }
    this.following = again;
    if (again) this.invalidate();
    if (!this.running) this.rest();
  };

  private rest(): void {
    this.request = 0;
    this.frameMs = 0;
    this.following = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
