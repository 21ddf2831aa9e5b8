import type { Component } from "svelte";
import type { NetworkView, Picked } from "../view3d";

/** The stage's 3D view, for panels that show something in it. */
class StageView {
  view = $state.raw<NetworkView | null>(null);
  /** The run whose network is drawn; null for a design. */
  run = $state.raw<string | null>(null);
  /** The neuron that is pointed at there, and the one that stays in focus. */
  hovered = $state.raw<Picked>(null);
  pinned = $state.raw<Picked>(null);
  /** Counts the networks the view was given: what was shown in one went with it. */
  built = $state(0);
  /** What stands under the view; it comes with the panels that look inside, which are loaded late. */
  dock = $state.raw<Component | null>(null);

  drew(run: string | null): void {
    this.run = run;
    this.built += 1;
  }
}

export const stageView = new StageView();
