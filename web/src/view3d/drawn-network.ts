import { Scene, type Mesh, type WebGLRenderer } from "three";
import { Edges } from "./edges";
import { layout, type Layout } from "./layout";
import { Nodes } from "./nodes";
import type { Colours } from "./palette";
import { Pulses } from "./pulses";
import type { NetworkShape, Picked } from "./types";

/** One network as it is drawn: all that goes when another takes its place. */
export class DrawnNetwork {
  readonly placed: Layout;
  readonly nodes: Nodes;
  readonly edges: Edges;
  readonly pulses: Pulses;
  /** What is on screen: the resolved edges, pulses over them, neurons over both. */
  readonly scene = new Scene();

  constructor(
    renderer: WebGLRenderer,
    screen: Mesh,
    readonly shape: NetworkShape,
    strongest: number | null,
  ) {
    this.placed = layout(shape);
    this.nodes = new Nodes(this.placed);
    this.edges = new Edges(renderer, shape, this.placed, this.nodes.positions);
    this.pulses = new Pulses(this.nodes.positions);
    this.scene.matrixWorldAutoUpdate = false;
    this.scene.add(screen, this.pulses.mesh, this.nodes.mesh);
    this.edges.choose(strongest);
  }

  get bytes(): number {
    return this.edges.bytes + this.nodes.bytes;
  }

  /** Give the neuron if the network has it, else null. */
  known(picked: Picked): Picked {
    const size = picked ? (this.placed.layers[picked.layer]?.size ?? 0) : 0;
    return picked && picked.neuron >= 0 && picked.neuron < size ? picked : null;
  }

  /** Give a neuron's place in the world. */
  placeOf({ layer, neuron }: NonNullable<Picked>): [x: number, y: number, z: number] {
    const at = 4 * (this.placed.layers[layer].first + neuron);
    const { nodes } = this.placed;
    return [nodes[at], nodes[at + 1], nodes[at + 2]];
  }

  /** Give the words for a neuron: its layer, its index, its class. */
  nameOf({ layer, neuron }: NonNullable<Picked>): string {
    const { label, classNames } = this.shape.layers[layer];
    const name = classNames?.[neuron];
    return `${label} · ${neuron}${name && name !== String(neuron) ? ` “${name}”` : ""}`;
  }

  setColours(colours: Colours, light: boolean): void {
    this.nodes.setColours(colours, light);
    this.pulses.setColours(colours, light);
  }

  /** Take weights and the state of neurons from another drawing of the same network. */
  takeOver(before: DrawnNetwork, strongest: number | null): void {
    this.edges.setWeights(
      before.edges.blocks.map((block) => block.weights),
      strongest,
    );
    this.nodes.takeOver(before.nodes);
  }

  dispose(): void {
    this.nodes.dispose();
    this.edges.dispose();
    this.pulses.dispose();
    this.scene.clear();
  }
}
