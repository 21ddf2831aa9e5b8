import { Scene, type DataTexture, type PerspectiveCamera, type WebGLRenderer } from "three";
import { planChunk, type Progress } from "./chunks";
import { EdgeBlock } from "./edge-block";
import type { Layout } from "./layout";
import type { NetworkShape, Picked, WeightLayer, WeightPlace } from "./types";

/** How the camera sees the network while edges are drawn. */
export interface Sight {
  camera: PerspectiveCamera;
  depths: readonly [near: number, far: number];
  /** Pixels (CSS) that one world unit covers. */
  pixelsPerUnit: number;
  /** Size of the density target, and its texels per CSS pixel. */
  texels: { width: number; height: number };
  texelsPerPixel: number;
}

/** Networks of more weights than this are drawn by their strongest edges only, so many in all. */
const MOST_WEIGHTS = 12_000_000;
const SAMPLED_EDGES = 2_000_000;

/** All blocks of edges of a network. */
export class Edges {
  readonly blocks: EdgeBlock[];
  readonly total: number;
  private readonly scene = new Scene();

  constructor(
    private readonly renderer: WebGLRenderer,
    shape: NetworkShape,
    private readonly placed: Layout,
    positions: DataTexture,
  ) {
    const firsts = placed.layers.map((layer) => layer.first);
    const largestTexture = renderer.capabilities.maxTextureSize;
    this.total = shape.connections.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
    const around = {
      positions,
      firsts,
      largestTexture,
      share: this.total > MOST_WEIGHTS ? SAMPLED_EDGES / this.total : 1,
    };
    this.blocks = shape.connections.map((connection) => new EdgeBlock(connection, around));
    for (const { lines, ribbons } of this.blocks) this.scene.add(lines, ribbons);
    this.scene.matrixWorldAutoUpdate = false;
  }

  /** Edges of the complete picture. */
  get count(): number {
    return this.blocks.reduce((sum, block) => sum + block.count, 0);
  }

  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + block.bytes, 0);
  }

  setWeights(weights: readonly (WeightLayer | null)[], k: number | null): void {
    this.blocks.forEach((block, index) => {
      block.setWeights(weights[index] ?? null, k);
      block.upload(this.renderer);
    });
  }

  choose(k: number | null): void {
    for (const block of this.blocks) block.choose(k);
  }

  /** Add the next chunk of about `budget` edges to the bound target; gives how far the picture then is. */
  drawChunk(progress: Progress, budget: number, sight: Sight): Progress {
    const counts = this.blocks.map((block) => block.count);
    const chunk = planChunk(counts, progress, budget);
    for (const block of this.blocks) block.hide();
    for (const { block, start, end, share } of chunk.ranges) {
      const own = this.blocks[block];
      own.prepareRange(start, end, share, this.heightOf(own, sight));
    }
    this.render(sight);
    return chunk.progress;
  }

  /** Add all edges of one neuron to the bound target, in this share of their strength. */
  drawNeuron(picked: NonNullable<Picked>, sight: Sight, share = 1): void {
    // A connection from a layer to itself holds the neuron's row and its column: one draw each.
    for (const receives of [true, false]) {
      let some = false;
      for (const block of this.blocks) {
        block.hide();
        if (picked.layer !== (receives ? block.shape.to : block.shape.from)) continue;
        block.prepareNeuron(picked.neuron, receives, this.heightOf(block, sight), share);
        some = true;
      }
      if (some) this.render(sight);
    }
  }

  /** Add one weight's edge to the bound target, as strong as an edge can be. */
  drawWeight({ connection, row, column }: WeightPlace, sight: Sight): void {
    for (const block of this.blocks) block.hide();
    this.blocks[connection].prepareWeight(row, column);
    this.render(sight);
  }

  /** Visit the weights of one neuron, from −1 to 1 by its own largest, with the neuron at the other end. */
  forNeuron(picked: NonNullable<Picked>, visit: (layer: number, neuron: number, weight: number) => void): void {
    for (const block of this.blocks) {
      for (const receives of [true, false]) {
        if (picked.layer !== (receives ? block.shape.to : block.shape.from)) continue;
        const layer = receives ? block.shape.from : block.shape.to;
        const largest = block.largestOf(picked.neuron, receives);
        block.forNeuron(picked.neuron, receives, (value, other) => visit(layer, other, value / largest));
      }
    }
  }

  dispose(): void {
    for (const block of this.blocks) block.dispose();
    this.scene.clear();
  }

  private heightOf(block: EdgeBlock, sight: Sight): number {
    const { from, to } = block.shape;
    return (this.placed.layers[from].halfHeight + this.placed.layers[to].halfHeight) * sight.pixelsPerUnit;
  }

  private render(sight: Sight): void {
    const { width, height } = sight.texels;
    for (const block of this.blocks) block.setSight(sight.depths, width, height, sight.texelsPerPixel);
    this.renderer.render(this.scene, sight.camera);
  }
}
