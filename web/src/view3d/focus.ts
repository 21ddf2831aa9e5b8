import type { WebGLRenderer } from "three";
import type { DensityField } from "./density";
import type { Edges, Sight } from "./edges";
import type { Layout } from "./layout";
import type { Nodes } from "./nodes";
import type { Picked } from "./types";

/** What is left of the whole picture while one neuron is in focus, and of neurons that it is not connected with. */
const DIMMED_EDGES = 0.035;
const DIMMED_NODES = 0.28;

/** The neuron whose edges stand alone: a pinned one, or else the one under the pointer. */
export class Focus {
  hovered: Picked = null;
  pinned: Picked = null;
  /** The focused edges must be drawn again. */
  stale = false;

  get picked(): Picked {
    return this.pinned ?? this.hovered;
  }

  /** Gains of the whole picture and of the focused neuron's edges in the resolve pass. */
  get gains(): [shown: number, focused: number] {
    return this.picked ? [DIMMED_EDGES, 1] : [1, 0];
  }

  clear(): void {
    this.hovered = null;
    this.pinned = null;
    this.stale = false;
  }

  /** Tint the neurons at the other ends by their weights and let the rest step back. */
  apply(placed: Layout, nodes: Nodes, edges: Edges): void {
    const { picked } = this;
    this.stale = picked !== null;
    nodes.fade(picked ? DIMMED_NODES : 1);
    const indexOf = (one: Picked) => (one ? placed.layers[one.layer].first + one.neuron : -1);
    nodes.setMarks(indexOf(this.hovered), indexOf(this.pinned));
    if (!picked) return;
    edges.forNeuron(picked, (layer, neuron, weight) => nodes.tint(placed.layers[layer].first + neuron, weight));
    nodes.show(indexOf(picked));
  }

  /** Draw the focused neuron's edges into their own target. */
  draw(renderer: WebGLRenderer, density: DensityField, edges: Edges, sight: Sight): void {
    this.stale = false;
    if (!this.picked) return;
    density.clear(density.focusTarget);
    renderer.setRenderTarget(density.focusTarget);
    edges.drawNeuron(this.picked, sight);
  }
}

export function same(a: Picked, b: Picked): boolean {
  return a?.layer === b?.layer && a?.neuron === b?.neuron;
}
