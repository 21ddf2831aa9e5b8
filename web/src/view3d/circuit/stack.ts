import type { Colour } from "../palette";
import { conductanceColour } from "./conductance";

export interface Crossbar {
  rows: number;
  columns: number;
  /** Row by row; 0 where there is no device. */
  siemens: Float32Array;
}

/** Boxes as the graphics card takes them: middle, size and colour of each, three numbers a box. */
export interface Boxes {
  count: number;
  middles: Float32Array;
  sizes: Float32Array;
  colours: Float32Array;
}

export interface Stack {
  boxes: Boxes;
  /** Height of each crossbar's devices. */
  floors: number[];
  /** Half of the stack's size along x, y and z. */
  half: [number, number, number];
}

const WIRE = 0.22;
const THICK = 0.16;
/** Devices stand out of the wires that they join: theirs is the colour that is looked for. */
const TALL = 0.5;
const LARGEST = 0.86;
const SMALLEST = 0.5;
const ROW_INK: Colour = [0.5, 0.34, 0.2];
const COLUMN_INK: Colour = [0.4, 0.43, 0.49];
/** Of the stack's longer side: sheets lie apart so that one is seen under the other. */
const APART = 0.32;

/** Where all wires and devices of stacked crossbars lie: x along the rows, z down the columns, a wire's pitch is 1. */
export function stackOf(crossbars: readonly Crossbar[], low: number, high: number): Stack {
  const widest = Math.max(...crossbars.map(({ columns }) => columns));
  const deepest = Math.max(...crossbars.map(({ rows }) => rows));
  const apart = Math.max(3, APART * Math.max(widest, deepest));
  const floors = crossbars.map((_, at) => (at - (crossbars.length - 1) / 2) * apart);
  const count = crossbars.reduce((sum, { rows, columns }) => sum + rows + columns + rows * columns, 0);
  const boxes = new Filling(count);
  crossbars.forEach((bar, at) => fill(boxes, bar, floors[at], low, high));
  return { boxes: boxes.done(), floors, half: [widest / 2, ((crossbars.length - 1) * apart) / 2 + 0.5, deepest / 2] };
}

function fill(boxes: Filling, { rows, columns, siemens }: Crossbar, floor: number, low: number, high: number): void {
  const x = (column: number) => column - (columns - 1) / 2;
  const z = (row: number) => row - (rows - 1) / 2;
  for (let row = 0; row < rows; row += 1) boxes.add([0, floor - THICK / 2, z(row)], [columns, THICK, WIRE], ROW_INK);
  for (let column = 0; column < columns; column += 1)
    boxes.add([x(column), floor + THICK / 2, 0], [WIRE, THICK, rows], COLUMN_INK);
  for (let at = 0; at < rows * columns; at += 1) {
    if (siemens[at] <= 0) continue;
    // The print's squares, as large as their conductance; never too small to be seen.
    const side = LARGEST * Math.max(SMALLEST, Math.sqrt(siemens[at] / high));
    const middle = [x(at % columns), floor, z(Math.floor(at / columns))] as const;
    boxes.add(middle, [side, TALL, side], conductanceColour(siemens[at], low, high));
  }
}

class Filling {
  private used = 0;
  private readonly arrays: [Float32Array, Float32Array, Float32Array];

  constructor(most: number) {
    this.arrays = [new Float32Array(3 * most), new Float32Array(3 * most), new Float32Array(3 * most)];
  }

  add(...parts: [middle: readonly number[], size: readonly number[], colour: readonly number[]]): void {
    parts.forEach((part, at) => this.arrays[at].set(part, 3 * this.used));
    this.used += 1;
  }

  done(): Boxes {
    const [middles, sizes, colours] = this.arrays.map((array) => array.subarray(0, 3 * this.used));
    return { count: this.used, middles, sizes, colours };
  }
}

/** Which device a straight line meets first from above: crossbar, row and column; null where it meets none. */
export function deviceOn(
  crossbars: readonly Crossbar[],
  floors: readonly number[],
  from: readonly [number, number, number],
  along: readonly [number, number, number],
): { crossbar: number; row: number; column: number } | null {
  const order = floors.map((_, at) => at).sort((a, b) => (floors[b] - floors[a]) * (along[1] < 0 ? 1 : -1));
  for (const crossbar of order) {
    const reach = (floors[crossbar] - from[1]) / along[1];
    if (!(reach > 0)) continue;
    const { rows, columns, siemens } = crossbars[crossbar];
    const column = Math.round(from[0] + reach * along[0] + (columns - 1) / 2);
    const row = Math.round(from[2] + reach * along[2] + (rows - 1) / 2);
    const inside = row >= 0 && row < rows && column >= 0 && column < columns;
    if (inside && siemens[row * columns + column] > 0) return { crossbar, row, column };
  }
  return null;
}
