import {
  AddEquation,
  BufferGeometry,
  ByteType,
  CustomBlending,
  DataTexture,
  DoubleSide,
  GLSL3,
  LineSegments,
  Mesh,
  NearestFilter,
  OneFactor,
  RawShaderMaterial,
  RedIntegerFormat,
  UnsignedIntType,
  Vector2,
  Vector3,
  Vector4,
  type IUniform,
  type WebGLRenderer,
} from "three";
import { strideFor } from "./chunks";
import { ARC_HEIGHT, EDGE_FRAGMENT, EDGE_VERTEX } from "./shaders";
import { histogramOf, inkOf, strongestOf, type Histogram } from "./strongest";
import type { ConnectionShape, WeightLayer } from "./types";
import { middleOf, placeIn, visitNeuron } from "./windows";

/** Mean density that a block's ink gives to its picture, and the most that one edge may take. */
const MEAN_DENSITY = 1.25;
const BOLDEST = 1.7;
/** Up to so many edges of a block are drawn as soft bands; beyond that lines make the same picture for less. */
const MOST_RIBBONS = 6_000;
const FEWEST_ARCS = 60;
const ARCS_OF_ONE = 2;
const LIST_WIDTH = 2048;
/** A connection from a layer to itself is drawn in arcs of so many pieces. */
const ARC_SEGMENTS = 16;
/** How the shader finds the two neurons of an edge; READS stands at one neuron, READERS are all that read one. */
const [MATRIX, SELF, READS, READERS] = [0, 1, 2, 3];

/** What blocks share: where neurons are, and what the GPU can do. */
export interface EdgeSurroundings {
  positions: DataTexture;
  /** Index of the first neuron of each layer. */
  firsts: number[];
  largestTexture: number;
  /** Share of a block that can be drawn: below 1 where the network has more weights than a view bears. */
  share: number;
}

/**
 * Give the exponent on |w| / largest |w| for a picture of so many edges. Above 1 weak weights step back, as they must
 * where there are thousands; among a few dozen each should be seen.
 */
function gammaFor(edges: number): number {
  return Math.min(1.4, Math.max(0.8, 0.8 + 0.3 * Math.log10(Math.max(1, edges) / 50)));
}

type Drawable = LineSegments<BufferGeometry, RawShaderMaterial> | Mesh<BufferGeometry, RawShaderMaterial>;

/** The weights of one connection, without any vertex buffer: as lines where they are many, as bands where few. */
export class EdgeBlock {
  readonly lines: Drawable;
  readonly ribbons: Drawable;
  readonly total: number;
  weights: WeightLayer | null = null;
  private histogram: Histogram | null = null;
  private k: number | null = null;
  private chosen = 0;
  private readonly segments: number;
  private readonly uniforms: Record<string, IUniform>;

  constructor(
    readonly shape: ConnectionShape,
    private readonly around: EdgeSurroundings,
  ) {
    this.total = shape.rows * shape.columns;
    this.segments = shape.from === shape.to ? ARC_SEGMENTS : 1;
    this.uniforms = this.makeUniforms();
    this.lines = new LineSegments(new BufferGeometry(), edgeMaterial(this.uniforms, false));
    this.ribbons = new Mesh(new BufferGeometry(), edgeMaterial(this.uniforms, true));
    for (const drawable of [this.lines, this.ribbons]) {
      drawable.frustumCulled = false;
      drawable.matrixAutoUpdate = false;
    }
  }

  /** Leave the block out of the next draw. */
  hide(): void {
    this.lines.visible = false;
    this.ribbons.visible = false;
  }

  /** Set how the camera sees the network in the draws that follow. */
  setSight(depths: readonly [number, number], width: number, height: number, texelsPerPixel: number): void {
    (this.uniforms.depthRange.value as Vector2).set(...depths);
    (this.uniforms.texels.value as Vector2).set(width, height);
    this.uniforms.texelsPerPixel.value = texelsPerPixel;
  }

  /** Edges that the picture is made of now: all, or the strongest. */
  get count(): number {
    if (this.k === null) return this.total;
    return this.weights ? this.chosen : this.k;
  }

  /** Bytes in this block's textures. */
  get bytes(): number {
    const { weights, chosen } = this.uniforms;
    return bytesOf(weights.value as DataTexture) + bytesOf(chosen.value as DataTexture);
  }

  setWeights(weights: WeightLayer | null, k: number | null): void {
    this.weights = weights;
    this.histogram = weights ? histogramOf(weights.values) : null;
    this.replaceWeightTexture(weights);
    this.choose(k);
  }

  /** Draw only the k strongest; null or k beyond the block draws all. Without weights: an even sample. */
  choose(k: number | null): void {
    const most = Math.min(k ?? Infinity, this.mostArcs(k), Math.ceil(this.total * this.around.share));
    this.k = most >= this.total ? null : most;
    if (this.k === null || !this.histogram || !this.weights) return;
    const list = strongestOf(this.weights.values, this.histogram, this.k);
    this.chosen = list.length;
    const rows = Math.max(1, Math.ceil(list.length / LIST_WIDTH));
    const data = new Uint32Array(rows * LIST_WIDTH);
    data.set(list);
    const { chosen } = this.uniforms;
    chosen.value = refill(chosen.value as DataTexture, data, LIST_WIDTH, rows, UnsignedIntType);
  }

  /** Arcs within a layer lie over each other: unless all weights are wanted, few of them are drawn. */
  private mostArcs(k: number | null): number {
    const { from, to, rows } = this.shape;
    return k === null || from !== to ? Infinity : Math.max(FEWEST_ARCS, ARCS_OF_ONE * rows);
  }

  /** Upload now what changed, so that the time is this call's and not the next frame's. */
  upload(renderer: WebGLRenderer): void {
    const { weights, chosen } = this.uniforms;
    renderer.initTexture(weights.value as DataTexture);
    if (this.k !== null) renderer.initTexture(chosen.value as DataTexture);
  }

  /** Make the next draw give a stretch of the whole block. `height` is the block's height in pixels. */
  prepareRange(start: number, end: number, share: number, height: number): void {
    // Of kernels, which stand everywhere, those of one neuron are drawn: the one in the middle of each map.
    if (this.shape.window) this.standAt(READS, middleOf(this.shape.window));
    const count = this.count;
    const gamma = gammaFor(count);
    const spent = this.histogram ? inkOf(this.histogram, count, gamma) : count * (48 / 127) ** gamma;
    const listed = this.k !== null && this.weights !== null;
    this.uniforms.hasChosen.value = listed;
    this.uniforms.lift.value = 1;
    this.uniforms.gamma.value = gamma;
    this.uniforms.ink.value = share * inkFor(spent, height);
    // Without weights there are no strongest: the first of the shuffled order are an even sample.
    const all = listed ? count : this.total;
    this.prepare(0, strideFor(all), all, start, end, count <= MOST_RIBBONS);
  }

  /** Make the next draw give all edges of one neuron: its row when it receives, its column when it sends. */
  prepareNeuron(neuron: number, receives: boolean, height: number, share: number): void {
    const { rows, columns, window, oneToOne } = this.shape;
    const readers = window ? (window.depthwise ? 1 : rows) * window.kernel ** 2 : rows;
    const count = receives || oneToOne ? columns : readers;
    // A neuron's own strongest weight is drawn at full strength, however weak it is beside its block's.
    const lift = 127 / this.largestOf(neuron, receives);
    const gamma = gammaFor(count);
    let spent = 0;
    this.forNeuron(neuron, receives, (value) => (spent += ((Math.abs(value) / 127) * lift) ** gamma));
    this.uniforms.hasChosen.value = false;
    this.uniforms.lift.value = lift;
    this.uniforms.gamma.value = gamma;
    this.uniforms.ink.value = share * Math.max(0.3, inkFor(spent, height));
    if (window) {
      this.standAt(receives ? READS : READERS, neuron);
      const first = receives ? placeIn(window.target, neuron)[0] * columns : 0;
      return this.prepare(first, 1, this.total, 0, count, count <= MOST_RIBBONS);
    }
    const first = receives ? neuron * columns : neuron;
    this.prepare(first, receives ? 1 : columns, this.total, 0, count, count <= MOST_RIBBONS);
  }

  /** Make the next draw give one weight's edge, as strong as an edge can be: its sign and place are what is asked. */
  prepareWeight(row: number, column: number): void {
    const at = row * this.shape.columns + column;
    if (this.shape.window) this.standAt(READS, middleOf(this.shape.window));
    this.uniforms.hasChosen.value = false;
    this.uniforms.lift.value = 127 / Math.max(1, Math.abs(this.weights?.values[at] ?? 1));
    this.uniforms.gamma.value = 1;
    this.uniforms.ink.value = BOLDEST;
    this.prepare(at, 1, this.total, 0, 1, true);
  }

  /** Draw kernels where they stand for their maps, at one neuron, or at all neurons that read one. */
  private standAt(mode: number, neuron: number): void {
    const { window } = this.shape;
    if (!window) return;
    this.uniforms.mode.value = mode;
    const [map, row, column] = placeIn(mode === READERS ? window.source : window.target, neuron);
    (this.uniforms.place.value as Vector3).set(map, row, column);
  }

  /** Visit the int8 weights of one neuron with the index of the neuron at the other end. */
  forNeuron(neuron: number, receives: boolean, visit: (value: number, other: number) => void): void {
    const values = this.weights?.values;
    if (values) visitNeuron(this.shape, neuron, receives, (weight, other) => visit(values[weight], other));
  }

  /** The largest int8 |weight| of one neuron, at least 1. */
  largestOf(neuron: number, receives: boolean): number {
    let largest = 1;
    this.forNeuron(neuron, receives, (value) => (largest = Math.max(largest, Math.abs(value))));
    return largest;
  }

  dispose(): void {
    const { weights, chosen } = this.uniforms;
    (weights.value as DataTexture).dispose();
    (chosen.value as DataTexture).dispose();
    for (const { geometry, material } of [this.lines, this.ribbons]) {
      geometry.dispose();
      material.dispose();
    }
  }

  private prepare(first: number, stride: number, count: number, start: number, end: number, bands: boolean): void {
    this.uniforms.first.value = first;
    this.uniforms.stride.value = stride;
    this.uniforms.count.value = Math.max(1, count);
    this.lines.visible = !bands;
    this.ribbons.visible = bands;
    const vertices = (bands ? 6 : 2) * this.segments;
    const { geometry, material } = bands ? this.ribbons : this.lines;
    geometry.setDrawRange(start * vertices, (end - start) * vertices);
    material.uniformsNeedUpdate = true;
    this.uniforms.widest.value = Math.min(3.2, 3 * (20 / Math.max(1, end - start)) ** 0.2);
  }

  private replaceWeightTexture(weights: WeightLayer | null): void {
    const { uniforms } = this;
    const before = uniforms.weights.value as DataTexture;
    const { largestTexture } = this.around;
    // More weights than any texture holds are drawn as if they were unknown.
    uniforms.hasWeights.value = weights !== null && weights.values.length <= largestTexture ** 2;
    // What pooling does is neither strong nor weak, and has no sign.
    if (this.shape.window?.depthwise) uniforms.hasWeights.value = false;
    if (!weights || !uniforms.hasWeights.value) {
      uniforms.weights.value = refill(before, new Int8Array(1), 1, 1, ByteType);
      return;
    }
    const { rows, columns, values } = weights;
    if (rows <= largestTexture && columns <= largestTexture) {
      uniforms.weights.value = refill(before, values, columns, rows, ByteType);
      return;
    }
    // Wider or higher than a texture may be: the same order of bytes, wrapped into rows that fit.
    const height = Math.ceil(values.length / largestTexture);
    const wrapped = new Int8Array(largestTexture * height);
    wrapped.set(values);
    uniforms.weights.value = refill(before, wrapped, largestTexture, height, ByteType);
  }

  private makeUniforms(): Record<string, IUniform> {
    const { from, to, columns, window, oneToOne } = this.shape;
    return {
      mode: { value: window ? READS : oneToOne ? SELF : MATRIX },
      kernel: { value: new Vector4(window?.kernel, window?.stride, window?.padding, window?.depthwise ? 1 : 0) },
      sourceMap: { value: new Vector2(window?.source[1], window?.source[2]) },
      targetMap: { value: new Vector2(window?.target[1], window?.target[2]) },
      place: { value: new Vector3() },
      positions: { value: this.around.positions },
      weights: { value: makeTexture(new Int8Array(1), 1, 1, ByteType) },
      // A sampler of integers must never be without a texture of integers, used or not.
      chosen: { value: makeTexture(new Uint32Array(1), 1, 1, UnsignedIntType) },
      hasWeights: { value: false },
      hasChosen: { value: false },
      columns: { value: columns },
      sourceFirst: { value: this.around.firsts[from] },
      targetFirst: { value: this.around.firsts[to] },
      segments: { value: this.segments },
      first: { value: 0 },
      stride: { value: 1 },
      count: { value: this.total },
      ink: { value: 1 },
      lift: { value: 1 },
      gamma: { value: 1 },
      arc: { value: this.segments > 1 ? ARC_HEIGHT : 0 },
      depthRange: { value: new Vector2(1, 2) },
      texels: { value: new Vector2(1, 1) },
      texelsPerPixel: { value: 1 },
      widest: { value: 1 },
    };
  }
}

/** Make the material of lines or of bands. */
export function edgeMaterial(uniforms: Record<string, IUniform>, bands: boolean): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: EDGE_VERTEX,
    fragmentShader: EDGE_FRAGMENT,
    defines: bands ? { RIBBON: 1 } : {},
    uniforms,
    side: DoubleSide,
    depthTest: false,
    depthWrite: false,
    transparent: true,
    blending: CustomBlending,
    blendEquation: AddEquation,
    blendSrc: OneFactor,
    blendDst: OneFactor,
    blendSrcAlpha: OneFactor,
    blendDstAlpha: OneFactor,
  });
}

/** Ink per edge: blocks spend the same in all, so that a small one is not lost beside a large one. */
function inkFor(spent: number, height: number): number {
  return Math.min(BOLDEST, (MEAN_DENSITY * height) / Math.max(spent, 1e-3));
}

type Integers = Int8Array | Uint32Array;

function makeTexture(data: Integers, width: number, height: number, type: typeof ByteType | typeof UnsignedIntType) {
  const texture = new DataTexture(data as Int8Array<ArrayBuffer>, width, height, RedIntegerFormat, type);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  // Rows of int8 are rarely multiples of four bytes long.
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return texture;
}

/** Give a texture with this content: the one before where the size is the same, else a new one in its place. */
function refill(
  before: DataTexture,
  data: Integers,
  width: number,
  height: number,
  type: typeof ByteType | typeof UnsignedIntType,
): DataTexture {
  if (before.image.width === width && before.image.height === height) {
    before.image.data = data as Int8Array<ArrayBuffer>;
    before.needsUpdate = true;
    return before;
  }
  before.dispose();
  return makeTexture(data, width, height, type);
}

function bytesOf(texture: DataTexture): number {
  return (texture.image.data as Integers).byteLength;
}
