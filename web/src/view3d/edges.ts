import { Scene, type DataTexture, type PerspectiveCamera, type Vector2, type WebGLRenderer } from "three";
import { planChunk } from "./chunks";
import { EdgeBlock } from "./edge-block";
import type { Layout } from "./layout";
import type { NetworkShape, Picked, WeightLayer } from "./types";

/** How the camera sees the network while edges are drawn. */
export interface Sight {
  camera: PerspectiveCamera;
  depths: readonly [near: number, far: number];
  /** Texels of the density target that one world unit covers. */
  texelsPerUnit: number;
}

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
    const around = { positions, firsts, largestTexture };
    this.blocks = shape.connections.map((connection) => new EdgeBlock(connection, around));
    this.total = this.blocks.reduce((sum, block) => sum + block.total, 0);
    for (const { line } of this.blocks) this.scene.add(line);
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

  /** Add the next chunk of about `budget` edges to the bound target; gives how much of the picture is then drawn. */
  drawChunk(done: number, budget: number, sight: Sight): number {
    const counts = this.blocks.map((block) => block.count);
    const chunk = planChunk(counts, done, budget);
    for (const { line } of this.blocks) line.visible = false;
    for (const { block, start, end, share } of chunk.ranges) {
      const own = this.blocks[block];
      own.prepareRange(start, end, share, this.heightOf(own, sight));
      own.line.visible = true;
    }
    this.render(sight);
    return chunk.done;
  }

  /** Add all edges of one neuron to the bound target. */
  drawNeuron(picked: NonNullable<Picked>, sight: Sight): void {
    // A connection from a layer to itself holds the neuron's row and its column: one draw each.
    for (const receives of [true, false]) {
      let some = false;
      for (const block of this.blocks) {
        block.line.visible = picked.layer === (receives ? block.shape.to : block.shape.from);
        if (!block.line.visible) continue;
        block.prepareNeuron(picked.neuron, receives, this.heightOf(block, sight));
        some = true;
      }
      if (some) this.render(sight);
    }
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
    return (this.placed.layers[from].halfHeight + this.placed.layers[to].halfHeight) * sight.texelsPerUnit;
  }

  private render(sight: Sight): void {
    for (const { line } of this.blocks) (line.material.uniforms.depthRange.value as Vector2).set(...sight.depths);
    this.renderer.render(this.scene, sight.camera);
  }
}
