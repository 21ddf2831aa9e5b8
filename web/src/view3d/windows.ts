import type { ConnectionShape, WindowShape } from "./types";

/** Say which weight leads from or to which neuron. */
type Visit = (weight: number, other: number) => void;

/** Give the place, within its map, of the neuron whose kernel stands for all of its map: the one in the middle. */
export function middleOf({ target: [, height, width] }: WindowShape): number {
  return Math.floor(height / 2) * width + Math.floor(width / 2);
}

/** Visit what a neuron reads through its window. */
export function visitRead({ columns, window }: ConnectionShape, neuron: number, visit: Visit): void {
  const { kernel, stride, padding, source, target, depthwise } = window as WindowShape;
  const [map, row, column] = placeIn(target, neuron);
  const maps = depthwise ? 1 : source[0];
  for (let of = 0; of < maps; of++) {
    for (let at = 0; at < kernel * kernel; at++) {
      const y = row * stride - padding + Math.floor(at / kernel);
      const x = column * stride - padding + (at % kernel);
      if (y < 0 || x < 0 || y >= source[1] || x >= source[2]) continue;
      const from = depthwise ? map : of;
      visit(map * columns + of * kernel * kernel + at, (from * source[1] + y) * source[2] + x);
    }
  }
}

/** Visit the neurons whose windows hold this one. */
export function visitReaders({ rows, columns, window }: ConnectionShape, neuron: number, visit: Visit): void {
  const { kernel, stride, padding, source, target, depthwise } = window as WindowShape;
  const [of, y, x] = placeIn(source, neuron);
  const first = depthwise ? of : 0;
  const last = depthwise ? of : rows - 1;
  for (let map = first; map <= last; map++) {
    for (let at = 0; at < kernel * kernel; at++) {
      const down = y + padding - Math.floor(at / kernel);
      const along = x + padding - (at % kernel);
      if (down < 0 || along < 0 || down % stride > 0 || along % stride > 0) continue;
      const [row, column] = [down / stride, along / stride];
      if (row >= target[1] || column >= target[2]) continue;
      const weight = map * columns + (depthwise ? 0 : of * kernel * kernel) + at;
      visit(weight, (map * target[1] + row) * target[2] + column);
    }
  }
}

/** Give map, row and column of a neuron. */
export function placeIn([, height, width]: WindowShape["source"], neuron: number): [number, number, number] {
  const within = neuron % (height * width);
  return [Math.floor(neuron / (height * width)), Math.floor(within / width), within % width];
}

/** Visit the weights of one neuron of a connection, those by which it receives or by which it sends. */
export function visitNeuron(shape: ConnectionShape, neuron: number, receives: boolean, visit: Visit): void {
  const { rows, columns, window, oneToOne } = shape;
  if (window) return (receives ? visitRead : visitReaders)(shape, neuron, visit);
  if (oneToOne) return visit(neuron, neuron);
  const first = receives ? neuron * columns : neuron;
  const step = receives ? 1 : columns;
  const count = receives ? columns : rows;
  for (let other = 0; other < count; other++) visit(first + other * step, other);
}

/** Give both neurons of a weight, of a kernel where it stands for its map; no sender where it sees none there. */
export function endsOf(shape: ConnectionShape, row: number, column: number): [receiver: number, sender: number | null] {
  const { columns, window, oneToOne } = shape;
  if (!window) return [row, oneToOne ? row : column];
  const receiver = row * window.target[1] * window.target[2] + middleOf(window);
  let sender: number | null = null;
  visitRead(shape, receiver, (weight, other) => {
    if (weight === row * columns + column) sender = other;
  });
  return [receiver, sender];
}
