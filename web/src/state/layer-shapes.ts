/**
 * What goes through a network: the shape after each layer, the layer that cannot take its input, arrays and cost. The
 * same sums and words as the server's, so that nothing waits for it; tests/golden/layers holds both together.
 */
import { NEURON_VALUES, type Fault, type Layer, type Network, type Neuron } from "../api";
import { labelOf, takesFlat, takesMaps } from "./layer-kinds";
import { isOwn } from "./neurons";

export type Shape = readonly number[];

const MOST_VALUES = 1_000_000;
const product = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
const isSize = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1;

/** 16×4×4 */
export const shownShape = (shape: Shape): string => shape.join("×");

export interface LayerFlow {
  /** In which the layer takes its input, and what it gives; null where that is not known. */
  takes: Shape | null;
  gives: Shape | null;
}

export interface Flow {
  layers: LayerFlow[];
  /** The layers that cannot take what comes, with paths below the network. */
  faults: Fault[];
}

/** Follows a sample through the network. What only follows from a fault is not told a second time. */
export function flowOf(network: Network): Flow {
  const faults: Fault[] = [];
  let shape: Shape | null = network.input.shape.every(isSize) ? network.input.shape : null;
  const layers = network.layers.map((layer, index): LayerFlow => {
    const before = shape && index === 0 && takesFlat(layer.kind) ? [product(shape)] : shape;
    const found = before ? after(layer, before, index) : { gives: sureShape(layer), faults: [] };
    faults.push(...found.faults.map((fault) => ({ ...fault, path: `layers[${index}]${fault.path}` })));
    shape = found.gives;
    return { takes: before, gives: found.gives };
  });
  const last = network.layers[network.layers.length - 1];
  if (!takesFlat(last.kind)) {
    const message = `is the output and of kind ${last.kind}; the output is a dense or recurrent layer.`;
    const hint = "End with a dense layer that has one neuron for each class.";
    faults.push({ path: `layers[${network.layers.length - 1}]`, message, hint });
  }
  return { layers, faults };
}

function after(layer: Layer, shape: Shape, index: number): { gives: Shape | null; faults: Fault[] } {
  const fault = misfit(layer, shape, index) ?? windowFault(layer, shape);
  if (fault) return { gives: sureShape(layer), faults: [fault] };
  const gives = shapeAfter(layer, shape);
  // Of neurons in a row, the size's own range tells.
  if (gives && !takesFlat(layer.kind) && product(gives) > MOST_VALUES) {
    const [many, most] = [product(gives), MOST_VALUES].map((value) => value.toLocaleString("en-US"));
    const message = `gives ${many} values (${shownShape(gives)}), at most ${most} are allowed.`;
    const hint = "Take fewer channels, a larger stride, or pool before it.";
    return { gives: null, faults: [{ path: "", message, hint }] };
  }
  return { gives, faults: [] };
}

const sureShape = (layer: Layer): Shape | null => (takesFlat(layer.kind) && isSize(layer.size) ? [layer.size] : null);

function misfit({ kind }: Layer, shape: Shape, index: number): Fault | null {
  if (takesMaps(kind) && shape.length !== 3) {
    const side = Math.floor(Math.sqrt(product(shape)));
    const message = `takes maps (channels×height×width), but ${shownShape(shape)} flat values come in.`;
    const square = index === 0 && side > 1 && side * side === product(shape);
    const hint = square
      ? `Set the input's shape to 1×${side}×${side}.`
      : "Put it before the first dense or flatten layer.";
    return { path: "", message, hint };
  }
  if (takesFlat(kind) && shape.length !== 1) {
    const message = `takes a flat row of values, but maps of ${shownShape(shape)} come in.`;
    const values = product(shape).toLocaleString("en-US");
    return { path: "", message, hint: `Put a flatten layer before it: ${values} values.` };
  }
  return null;
}

function windowFault({ kind, kernel, padding = 0 }: Layer, shape: Shape): Fault | null {
  if (!takesMaps(kind) || !isSize(kernel)) return null;
  if (padding >= kernel) {
    const message = `is ${padding}, so at the edge the ${kernel}×${kernel} kernel would see only zeros.`;
    return { path: ".padding", message, hint: `At most ${kernel - 1}.` };
  }
  const smallest = Math.min(shape[1], shape[2]) + 2 * padding;
  if (kernel <= smallest) return null;
  const padded = padding ? ` with a padding of ${padding}.` : ".";
  const message = `is ${kernel}×${kernel}, larger than its input of ${shownShape(shape)}${padded}`;
  return { path: ".kernel", message, hint: `At most ${smallest} fits here.` };
}

/** How far apart the places of a kernel or a window are. */
export const strideOf = (layer: Layer): number => layer.stride ?? (layer.kind === "conv2d" ? 1 : Number(layer.kernel));

function shapeAfter(layer: Layer, shape: Shape): Shape | null {
  if (takesFlat(layer.kind)) return sureShape(layer);
  if (layer.kind === "flatten") return [product(shape)];
  if (!takesMaps(layer.kind)) return shape;
  const { kernel, padding = 0 } = layer;
  const [maps, stride] = [layer.kind === "conv2d" ? layer.channels : shape[0], strideOf(layer)];
  if (!isSize(maps) || !isSize(kernel) || !isSize(stride) || !Number.isInteger(padding)) return null;
  const side = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  return [maps, side(shape[1]), side(shape[2])];
}

/** One weight matrix: which layer's, receiving × sending; `own` is that of a recurrent layer's feedback. */
export interface Matrix {
  layer: number;
  rows: number;
  columns: number;
  own: boolean;
}

/** All weights as matrices in the order of a weight frame; a kernel is a row for each map. Null while shapes are open. */
export function matricesOf(network: Network, flow = flowOf(network)): Matrix[] | null {
  const found: Matrix[] = [];
  for (const [at, layer] of network.layers.entries()) {
    const { takes, gives } = flow.layers[at];
    if (!takes || !gives) return null;
    if (layer.kind === "conv2d") {
      const columns = takes[0] * Number(layer.kernel) ** 2;
      found.push({ layer: at, rows: gives[0], columns, own: false });
    }
    if (!takesFlat(layer.kind)) continue;
    found.push({ layer: at, rows: gives[0], columns: product(takes), own: false });
    if (layer.kind !== "recurrent") continue;
    found.push({ layer: at, rows: gives[0], columns: layer.feedback === "one_to_one" ? 1 : gives[0], own: true });
  }
  return found;
}

/** 784-100-10, or 28×28-16c5-mp2-10 */
export function titleOfNetwork({ input: { shape }, layers }: Network): string {
  const first = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  const plain = layers.every(({ kind }) => kind === "dense");
  return [plain ? product(shape) : shownShape(first), ...layers.map(labelOf)].filter((text) => text !== "").join("-");
}

/** How each value of a neuron is learned. */
const learnings = (neuron: Neuron): (string | undefined)[] =>
  isOwn(neuron)
    ? Object.values(neuron.parameters).map(({ learn }) => learn)
    : NEURON_VALUES.map((value) => neuron[`learn_${value}`]);

/** Weights, statistics left out, biases and what neurons learn; and the multiply-accumulates of one step. */
export function countsOf(network: Network) {
  const flow = flowOf(network);
  const matrices = matricesOf(network, flow);
  if (!matrices || flow.faults.length > 0) return null;
  const weights = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  let [neurons, parameters, products, silent] = [0, weights, 0, 0];
  network.layers.forEach((layer, at) => {
    const { takes, gives } = flow.layers[at] as { takes: Shape; gives: Shape };
    if (layer.bias) parameters += gives[0];
    if (layer.kind === "batch_norm") parameters += 2 * takes[0];
    if (layer.neuron) {
      neurons += product(gives);
      for (const how of learnings(layer.neuron))
        parameters += how === "shared" ? 1 : how === "per_neuron" ? product(gives) : 0;
    } else silent += product(gives);
  });
  for (const { layer, rows, columns } of matrices) {
    const gives = flow.layers[layer].gives as Shape;
    products += rows * columns * (gives.length === 3 ? gives[1] * gives[2] : 1);
  }
  return { neurons, weights, parameters, products, silent };
}
