/** Turns a weight matrix into pixels. Pure. */

export interface Matrix {
  values: Int8Array;
  rows: number;
  columns: number;
  scale: number;
}

export interface Picture {
  pixels: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  /** Which weight each pixel shows; −1 for none. */
  index: Int32Array | null;
  columns: number;
  step: number;
}

/** Larger matrices are sampled: every n-th row and column. */
const MOST_SIDE = 2048;

export function matrixPicture({ values, rows, columns }: Matrix, table: Uint32Array): Picture {
  const step = Math.ceil(Math.max(rows, columns) / MOST_SIDE);
  const width = Math.ceil(columns / step);
  const height = Math.ceil(rows / step);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = table[values[y * step * columns + x * step] + 128];
  }
  return { pixels: new Uint8ClampedArray(pixels.buffer), width, height, index: null, columns, step };
}

/** Most neurons shown as tiles; the first ones where there are more. */
export const MOST_TILES = 400;

/** One tile per neuron: its weights laid out like the input image. */
export function tilesPicture(
  { values, rows, columns }: Matrix,
  tile: { rows: number; columns: number },
  wide: number,
  table: Uint32Array,
): Picture {
  const shown = Math.min(rows, MOST_TILES);
  const across = Math.max(1, Math.min(shown, Math.ceil(Math.sqrt(shown * wide))));
  const down = Math.ceil(shown / across);
  const width = across * (tile.columns + 1) - 1;
  const height = down * (tile.rows + 1) - 1;
  const pixels = new Uint32Array(width * height);
  const index = new Int32Array(width * height).fill(-1);
  for (let neuron = 0; neuron < shown; neuron += 1) {
    const left = (neuron % across) * (tile.columns + 1);
    const top = Math.floor(neuron / across) * (tile.rows + 1);
    for (let at = 0; at < tile.rows * tile.columns; at += 1) {
      const place = (top + Math.floor(at / tile.columns)) * width + left + (at % tile.columns);
      const weight = neuron * columns + at;
      pixels[place] = table[values[weight] + 128];
      index[place] = weight;
    }
  }
  return { pixels: new Uint8ClampedArray(pixels.buffer), width, height, index, columns, step: 1 };
}

export function cellAt(picture: Picture, x: number, y: number): { row: number; column: number } | null {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return null;
  if (!picture.index) return { row: y * picture.step, column: x * picture.step };
  const weight = picture.index[y * picture.width + x];
  return weight < 0 ? null : { row: Math.floor(weight / picture.columns), column: weight % picture.columns };
}
