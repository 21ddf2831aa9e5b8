import {
  AddEquation,
  BufferGeometry,
  CustomBlending,
  DataTexture,
  FloatType,
  GLSL3,
  Mesh,
  NearestFilter,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
  RedIntegerFormat,
  RGBAFormat,
  UnsignedByteType,
  UnsignedIntType,
  Vector2,
  Vector3,
} from "three";
import type { Layout } from "./layout";
import type { Colour, Colours } from "./palette";
import { NODE_FRAGMENT, NODE_VERTEX, NODE_WIDTH } from "./shaders";

/** State of a neuron: membrane, spike, sign of its weight to the focused neuron (128 is none), opacity. */
const CALM = [0, 0, 128, 255] as const;

/** Larger layers are drawn in the order of their neurons: sorting them would be felt. */
const MOST_SORTED = 100_000;

/** All neurons of the network in one draw call. */
export class Nodes {
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly positions: DataTexture;
  private readonly states: DataTexture;
  private readonly order: DataTexture;
  private readonly state: Uint8Array;
  private sortedFor = "";

  constructor(private readonly placed: Layout) {
    const rows = Math.max(1, Math.ceil(placed.count / NODE_WIDTH));
    const positions = new Float32Array(4 * rows * NODE_WIDTH);
    positions.set(placed.nodes);
    this.state = new Uint8Array(4 * rows * NODE_WIDTH);
    this.positions = exact(new DataTexture(positions, NODE_WIDTH, rows, RGBAFormat, FloatType));
    this.states = exact(
      new DataTexture(this.state as Uint8Array<ArrayBuffer>, NODE_WIDTH, rows, RGBAFormat, UnsignedByteType),
    );
    const order = new Uint32Array(rows * NODE_WIDTH);
    this.order = exact(new DataTexture(order, NODE_WIDTH, rows, RedIntegerFormat, UnsignedIntType));
    const geometry = new BufferGeometry();
    geometry.setDrawRange(0, 6 * placed.count);
    this.mesh = new Mesh(geometry, nodeMaterial(this.positions, this.states, this.order));
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 2;
    this.calm();
  }

  get bytes(): number {
    return this.state.byteLength * 6;
  }

  calm(): void {
    for (let at = 0; at < this.state.length; at += 4) this.state.set(CALM, at);
    this.states.needsUpdate = true;
  }

  /** Show membranes (0 to 1) and spikes; null leaves a layer calm. */
  setActivity(membranes: (Float32Array | null)[], spikes: (Uint8Array | null)[]): void {
    this.placed.layers.forEach(({ first, size }, layer) => {
      const membrane = membranes[layer];
      const spike = spikes[layer];
      for (let neuron = 0; neuron < size; neuron++) {
        const at = 4 * (first + neuron);
        this.state[at] = membrane ? 255 * Math.min(1, Math.max(0, membrane[neuron])) : 0;
        this.state[at + 1] = spike?.[neuron] ? 255 : 0;
      }
    });
    this.states.needsUpdate = true;
  }

  /** Take the state of the same neurons from before. */
  takeOver(before: Nodes): void {
    this.state.set(before.state);
    this.states.needsUpdate = true;
  }

  /** Start a focus: every neuron without a tint, at this opacity. */
  fade(opacity: number): void {
    for (let at = 0; at < this.state.length; at += 4) {
      this.state[at + 2] = 128;
      this.state[at + 3] = Math.round(255 * opacity);
    }
    this.states.needsUpdate = true;
  }

  /** Tint one neuron by its weight to the focused one, from −1 to 1, and show it in full. */
  tint(node: number, weight: number): void {
    // A weight of nothing is a tint too, the darkest: only neurons without a connection have none.
    this.state[4 * node + 2] = 128 + (Math.round(127 * Math.min(1, Math.max(-1, weight))) || 1);
    this.state[4 * node + 3] = 255;
  }

  /** Show one neuron in full, without a tint. */
  show(node: number): void {
    this.state[4 * node + 2] = 128;
    this.state[4 * node + 3] = 255;
  }

  setColours(colours: Colours, light: boolean): void {
    const uniforms = this.mesh.material.uniforms;
    for (const name of ["node", "warm", "spike", "positive", "negative", "neutral"] as const) {
      (uniforms[name].value as Vector3).set(...colours[name]);
    }
    const mark: Colour = light ? [0.1, 0.13, 0.2] : [1, 1, 1];
    (uniforms.ground.value as Vector3).set(...colours.backgroundBottom);
    (uniforms.mark.value as Vector3).set(...mark);
    uniforms.haloStrength.value = light ? 0.35 : 0.8;
  }

  /** Ring the neurons that are pointed at, at most two, and the pinned one; −1 is none. */
  setMarks([marked, other]: number[], pinned: number): void {
    const uniforms = this.mesh.material.uniforms;
    uniforms.marked.value = marked;
    uniforms.other.value = other;
    uniforms.pinned.value = pinned;
  }

  /**
   * Order the neurons from the farthest on. Layers are parallel planes, so planes go by their distance to the viewer
   * and neurons within one by the side that the viewer is on: the order changes rarely, not with every frame.
   */
  sortFor(x: number, z: number): void {
    const layers = this.placed.layers.map((_, index) => index);
    layers.sort((a, b) => Math.abs(this.placed.layers[b].x - x) - Math.abs(this.placed.layers[a].x - x));
    const key = `${layers.join()} ${z > 0}`;
    if (key === this.sortedFor) return;
    this.sortedFor = key;
    const order = this.order.image.data as unknown as Uint32Array;
    const { nodes } = this.placed;
    let at = 0;
    for (const layer of layers) {
      const { first, size } = this.placed.layers[layer];
      const within = order.subarray(at, at + size);
      for (let neuron = 0; neuron < size; neuron++) within[neuron] = first + neuron;
      const side = z > 0 ? 1 : -1;
      if (size <= MOST_SORTED) within.sort((a, b) => side * (nodes[4 * a + 2] - nodes[4 * b + 2]));
      at += size;
    }
    this.order.needsUpdate = true;
  }

  dispose(): void {
    for (const texture of [this.positions, this.states, this.order]) texture.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** Make the neurons' material around their three textures. */
export function nodeMaterial(positions: DataTexture | null, states: DataTexture | null, order: DataTexture | null) {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: NODE_VERTEX,
    fragmentShader: NODE_FRAGMENT,
    depthTest: false,
    depthWrite: false,
    transparent: true,
    blending: CustomBlending,
    blendEquation: AddEquation,
    blendSrc: OneFactor,
    blendDst: OneMinusSrcAlphaFactor,
    uniforms: {
      positions: { value: positions },
      states: { value: states },
      order: { value: order },
      depthRange: { value: new Vector2(1, 2) },
      pixelsPerUnit: { value: 1 },
      marked: { value: -1 },
      other: { value: -1 },
      pinned: { value: -1 },
      node: { value: new Vector3() },
      warm: { value: new Vector3() },
      spike: { value: new Vector3() },
      positive: { value: new Vector3() },
      negative: { value: new Vector3() },
      neutral: { value: new Vector3() },
      mark: { value: new Vector3() },
      ground: { value: new Vector3() },
      haloStrength: { value: 1 },
    },
  });
}

function exact(texture: DataTexture): DataTexture {
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
