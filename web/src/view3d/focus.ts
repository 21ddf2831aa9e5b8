import type { WebGLRenderer } from "three";
import type { DensityField } from "./density";
import type { Edges, Sight } from "./edges";
import type { Layout } from "./layout";
import type { Nodes } from "./nodes";
import type { ConnectionShape, Picked, WeightPlace } from "./types";
import { endsOf } from "./windows";

/** What is left of the whole picture while one neuron is in focus, and of neurons that it is not connected with. */
const DIMMED_EDGES = 0.035;
const DIMMED_NODES = 0.28;
/** What is left of a neuron's edges while one of them stands out. */
const BESIDE_ONE = 0.3;

/** The neuron whose edges stand alone: one of a marked weight, a pinned one, or else the one under the pointer. */
export class Focus {
  hovered: Picked = null;
  pinned: Picked = null;
  /** The focused edges must be drawn again. */
  stale = false;
  private marked: { place: WeightPlace; receiver: NonNullable<Picked>; sender: NonNullable<Picked> } | null = null;

  get picked(): Picked {
    return this.marked?.receiver ?? this.pinned ?? this.hovered;
  }

  /** Gains of the whole picture and of the focused neuron's edges in the resolve pass. */
  get gains(): [shown: number, focused: number] {
    return this.picked ? [DIMMED_EDGES, 1] : [1, 0];
  }

  /** Let one weight stand out among those of the neuron that receives it, or none; says whether that is a change. */
  mark(place: WeightPlace | null, shape: ConnectionShape | undefined): boolean {
    const before = this.marked?.place ?? null;
    const known = place && shape && place.row < shape.rows && place.column < shape.columns;
    const [to, from] = known ? endsOf(shape, place.row, place.column) : [0, null];
    this.marked =
      known && from !== null
        ? { place, receiver: { layer: shape.to, neuron: to }, sender: { layer: shape.from, neuron: from } }
        : null;
    const now = this.marked?.place;
    return before?.connection !== now?.connection || before?.row !== now?.row || before?.column !== now?.column;
  }

  clear(): void {
    this.hovered = null;
    this.pinned = null;
    this.marked = null;
    this.stale = false;
  }

  /** Tint the neurons at the other ends by their weights and let the rest step back. */
  apply(placed: Layout, nodes: Nodes, edges: Edges): void {
    const { picked, marked } = this;
    this.stale = picked !== null;
    nodes.fade(picked ? DIMMED_NODES : 1);
    const indexOf = (one: Picked) => (one ? placed.layers[one.layer].first + one.neuron : -1);
    const pointed = marked ? [marked.receiver, marked.sender] : [this.hovered, this.hovered];
    nodes.setMarks(pointed.map(indexOf), indexOf(this.pinned));
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
    edges.drawNeuron(this.picked, sight, this.marked ? BESIDE_ONE : 1);
    if (this.marked) edges.drawWeight(this.marked.place, sight);
  }
}

export function same(a: Picked, b: Picked): boolean {
  return a?.layer === b?.layer && a?.neuron === b?.neuron;
}
