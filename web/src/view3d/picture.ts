import type { WebGLRenderer } from "three";
import { NOTHING, type Progress } from "./chunks";
import type { DensityField } from "./density";
import type { Edges, Sight } from "./edges";

/**
 * The picture of all edges, drawn in chunks over as many frames as it takes. A new camera starts it again on screen;
 * new weights grow in a second target and replace it when they are complete.
 */
export class Picture {
  /** How much of the picture on screen is drawn. */
  private shown = NOTHING;
  /** How much of the next picture is drawn; null while none grows. */
  private growing: Progress | null = null;
  /** Weights changed again while a picture was being drawn with them. */
  private stale = false;

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly density: DensityField,
  ) {}

  /** Draw anew on screen: the camera, the size or the network is another. */
  restart(): void {
    this.shown = NOTHING;
    this.growing = null;
    this.stale = false;
  }

  /** Draw anew behind what is on screen. A picture that is under way is finished first, or fast updates would starve it. */
  refresh(): void {
    if (this.shown.done < 1 || this.growing !== null) this.stale = true;
    else this.growing = NOTHING;
  }

  get pending(): boolean {
    return this.shown.done < 1 || this.growing !== null || this.stale;
  }

  /** Share of the picture that is drawn, of the one on screen or of the next. */
  get done(): number {
    return (this.growing ?? this.shown).done;
  }

  /** Factor that gives an unfinished picture the brightness of a finished one. */
  get gain(): number {
    return this.shown.done > 0 ? 1 / this.shown.done : 0;
  }

  /** Draw the next chunk. */
  advance(edges: Edges, budget: number, sight: Sight): void {
    if (this.shown.done < 1) {
      if (this.shown.done === 0) this.density.clear(this.density.shown);
      this.renderer.setRenderTarget(this.density.shown);
      this.shown = edges.drawChunk(this.shown, budget, sight);
    } else if (this.growing !== null) {
      this.grow(edges, budget, sight, this.growing);
    }
    if (this.stale && this.shown.done === 1 && this.growing === null) {
      this.stale = false;
      this.growing = NOTHING;
    }
  }

  private grow(edges: Edges, budget: number, sight: Sight, progress: Progress): void {
    if (progress.done === 0) this.density.clear(this.density.spareTarget);
    this.renderer.setRenderTarget(this.density.spareTarget);
    this.growing = edges.drawChunk(progress, budget, sight);
    if (this.growing.done < 1) return;
    this.density.swap();
    this.growing = null;
  }
}
