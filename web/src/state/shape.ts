/** What the 3D view is told about a network: the stages that are drawn, and the weights between them. */
import type { Layer, Network, RunSpec } from "../api";
import { LAYER_FIELDS } from "./fields";
import { layerNames, LAYER_TITLES, takesMaps } from "./layer-kinds";
import { flowOf, shownShape, strideOf, type Shape as Sizes } from "./layer-shapes";
import { neuronTitle } from "./neurons";

export interface ShapeLayer {
  kind: "input" | "hidden" | "output";
  size: number;
  /** Height and width of a picture or of one map. */
  grid?: [height: number, width: number];
  label: string;
  sublabel?: string;
  classNames?: string[];
}

/** A kernel or a window that stands at many places of the maps. */
export interface Window {
  kernel: number;
  stride: number;
  padding: number;
  /** Maps, height, width of what it reads and of what it gives. */
  source: [maps: number, height: number, width: number];
  target: [maps: number, height: number, width: number];
  /** Each map reads its own map only, as pooling does. */
  depthwise: boolean;
}

export interface ShapeConnection {
  from: number;
  to: number;
  rows: number;
  columns: number;
  /** Which matrix of a weight frame it is; null where nothing is learned. */
  matrix: number | null;
  window?: Window;
  /** One weight for each neuron, from it to itself. */
  oneToOne?: boolean;
}

/** Where a drawn stage comes from: its layer, and its place among the layers that have neurons. */
export interface Stage {
  layer: number;
  spiking: number | null;
}

export interface Shape {
  layers: ShapeLayer[];
  stages: Stage[];
  connections: ShapeConnection[];
}

const product = (shape: Sizes): number => shape.reduce((a, b) => a * b, 1);
const mapsOf = (shape: Sizes) => [shape[0], shape[1], shape[2]] as [number, number, number];

/** Gives the stages; null while a layer cannot take its input or has no size. */
export function shapeOf(spec: RunSpec, classNames: string[]): Shape | null {
  const { network } = spec;
  const flow = flowOf(network);
  if (flow.faults.length > 0 || flow.layers.some(({ takes, gives }) => !takes || !gives)) return null;
  if (tooLarge(network)) return null;
  const shape: Shape = {
    layers: [inputLayer(network.input.shape)],
    stages: [{ layer: -1, spiking: null }],
    connections: [],
  };
  const names = layerNames(network.layers);
  let [spiking, matrix] = [0, 0];
  network.layers.forEach((layer, at) => {
    const [takes, gives] = [flow.layers[at].takes, flow.layers[at].gives] as [Sizes, Sizes];
    const own = layer.neuron ? spiking++ : null;
    if (!isDrawn(layer, shape)) {
      const stage = shape.stages[shape.stages.length - 1];
      // Neurons behind a normalisation stand where its values are already drawn.
      if (own !== null) {
        stage.spiking = own;
        shape.layers[shape.layers.length - 1].sublabel = sublabelOf(layer, gives);
      }
      return;
    }
    const to = shape.layers.length;
    shape.layers.push(drawnLayer(network, at, gives, names[at], classNames));
    shape.stages.push({ layer: at, spiking: own });
    matrix = connect(shape, layer, to, takes, gives, matrix);
  });
  return shape;
}

/** Whether a layer has more neurons than any may have: places for them all would stop the page. */
export const tooLarge = ({ layers }: Network): boolean =>
  layers.some(({ size }) => size !== undefined && size > LAYER_FIELDS.dense.size.max);

/** Only layers that move values elsewhere, or neurons that have no place yet, are a stage of their own. */
function isDrawn(layer: Layer, { stages }: Shape): boolean {
  if (layer.kind === "flatten" || layer.kind === "dropout") return false;
  if (layer.kind !== "batch_norm") return true;
  const { layer: before, spiking } = stages[stages.length - 1];
  return layer.neuron !== null && (before < 0 || spiking !== null);
}

function connect(shape: Shape, layer: Layer, to: number, takes: Sizes, gives: Sizes, matrix: number): number {
  const from = to - 1;
  const window = windowOf(layer, takes, gives);
  if (window) {
    const columns = (window.depthwise ? 1 : takes[0]) * window.kernel ** 2;
    const learned = layer.kind === "conv2d";
    shape.connections.push({ from, to, rows: gives[0], columns, matrix: learned ? matrix : null, window });
    return learned ? matrix + 1 : matrix;
  }
  if (layer.kind === "batch_norm") return matrix;
  shape.connections.push({ from, to, rows: gives[0], columns: product(takes), matrix });
  if (layer.kind !== "recurrent") return matrix + 1;
  const oneToOne = layer.feedback === "one_to_one";
  const columns = oneToOne ? 1 : gives[0];
  shape.connections.push({ from: to, to, rows: gives[0], columns, matrix: matrix + 1, ...(oneToOne && { oneToOne }) });
  return matrix + 2;
}

function windowOf(layer: Layer, takes: Sizes, gives: Sizes): Window | undefined {
  if (!takesMaps(layer.kind)) return undefined;
  const [kernel, stride, padding] = [Number(layer.kernel), strideOf(layer), layer.padding ?? 0];
  const depthwise = layer.kind !== "conv2d";
  return { kernel, stride, padding, source: mapsOf(takes), target: mapsOf(gives), depthwise };
}

function drawnLayer({ layers }: Network, at: number, gives: Sizes, label: string, classNames: string[]): ShapeLayer {
  const size = product(gives);
  const kind = at === layers.length - 1 ? "output" : "hidden";
  const named = kind === "output" && classNames.length === size ? { classNames } : {};
  const grid = gives.length === 3 ? { grid: [gives[1], gives[2]] as [number, number] } : {};
  return { kind, size, ...grid, label, sublabel: sublabelOf(layers[at], gives), ...named };
}

function sublabelOf(layer: Layer, gives: Sizes): string {
  if (layer.neuron) return `${shownShape(gives)} ${neuronTitle(layer.neuron)}`;
  return `${shownShape(gives)} ${layer.kind === "conv2d" ? "currents" : LAYER_TITLES[layer.kind].toLowerCase()}`;
}

function inputLayer(shape: readonly number[]): ShapeLayer {
  const size = product(shape);
  const grid: [number, number] | undefined = shape.length === 3 ? [shape[1], shape[2]] : undefined;
  const shown = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  const sublabel = grid ? shown.join(" × ") : `${size} values`;
  return { kind: "input", size, label: "Input", sublabel, ...(grid ? { grid } : {}) };
}

/** What a block of weights is called: by the stages that it lies between. */
export function nameOfBlock({ layers }: Shape, { from, to }: ShapeConnection): string {
  return from === to ? `${layers[to].label} → itself` : `${layers[from].label} → ${layers[to].label}`;
}

/** Gives the first stage, from this one on, that has neurons. */
export function firingFrom({ stages }: Shape, stage: number): number {
  const found = stages.findIndex(({ spiking }, at) => at >= stage && spiking !== null);
  return found < 0 ? stage : found;
}

/** Where a neuron stands: its map where there are several, its row and column; from 0. */
export function placeWithin({ grid, size }: ShapeLayer, neuron: number): string {
  if (!grid) return `neuron ${neuron}`;
  const [height, width] = grid;
  const within = neuron % (height * width);
  const place = `row ${Math.floor(within / width)}, column ${within % width}`;
  return size > height * width ? `map ${Math.floor(neuron / (height * width))}, ${place}` : place;
}

/** Gives 1 where any value of a window is. */
export function pooled(values: Uint8Array, { kernel, stride, padding, source, target }: Window): Uint8Array {
  const [maps, height, width] = target;
  const found = new Uint8Array(maps * height * width);
  for (let at = 0; at < found.length; at += 1) {
    const [map, row, column] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    for (let within = 0; within < kernel * kernel; within += 1) {
      const y = row * stride - padding + Math.floor(within / kernel);
      const x = column * stride - padding + (within % kernel);
      if (y >= 0 && x >= 0 && y < source[1] && x < source[2])
        found[at] |= values[(map * source[1] + y) * source[2] + x];
    }
  }
  return found;
}
