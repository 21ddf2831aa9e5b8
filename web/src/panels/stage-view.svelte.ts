import type { Component } from "svelte";
import type { Shape } from "../state";
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

  /** What is drawn, for those that speak of layers that have neurons. */
  shape = $state.raw<Shape | null>(null);

  drew(run: string | null, shape: Shape): void {
    this.run = run;
    this.shape = shape;
    this.built += 1;
  }

  /** Shows the connections of a neuron; its layer counts from 1 among those that have neurons. */
  focus({ layer, neuron }: { layer: number; neuron: number }): void {
    const stage = this.shape?.stages.findIndex(({ spiking }) => spiking === layer - 1) ?? -1;
    if (stage >= 0) this.view?.focus({ layer: stage, neuron }, true);
  }
}

export const stageView = new StageView();
