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
  rows: number;
  columns: number;
  step: number;
  /** Where each neuron has a tile: the tiles' size and how many lie side by side. */
  tiles: { rows: number; columns: number; across: number } | null;
}

/** One weight's cell; a row or a column alone stands for a whole neuron. */
export interface Cell {
  row: number;
  column: number;
}

/** Part of a picture, in its own pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
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
  return { pixels: new Uint8ClampedArray(pixels.buffer), width, height, index: null, rows, columns, step, tiles: null };
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
  const tiles = { ...tile, across };
  return {
    pixels: new Uint8ClampedArray(pixels.buffer),
    width,
    height,
    index,
    rows: shown,
    columns,
    step: 1,
    tiles,
  };
}

export function cellAt(picture: Picture, x: number, y: number): Cell | null {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return null;
  if (!picture.index) return { row: y * picture.step, column: x * picture.step };
  const weight = picture.index[y * picture.width + x];
  return weight < 0 ? null : { row: Math.floor(weight / picture.columns), column: weight % picture.columns };
}

/** Give where a cell is: in a picture that samples its matrix, where the nearest one shown is. */
export function areaOf({ tiles, step }: Picture, { row, column }: Cell): Area {
  if (!tiles) return { x: Math.floor(column / step), y: Math.floor(row / step), width: 1, height: 1 };
  const x = (row % tiles.across) * (tiles.columns + 1) + (column % tiles.columns);
  const y = Math.floor(row / tiles.across) * (tiles.rows + 1) + Math.floor(column / tiles.columns);
  return { x, y, width: 1, height: 1 };
}

/** Give where the weights into a neuron are: a row of the matrix, or its tile. */
export function rowArea(picture: Picture, row: number): Area {
  const { x, y } = areaOf(picture, { row, column: 0 });
  const { tiles, width } = picture;
  return tiles ? { x, y, width: tiles.columns, height: tiles.rows } : { x: 0, y, width, height: 1 };
}

/** Give where the weights out of a neuron are: a column of the matrix, or the same place in every tile. */
export function columnAreas(picture: Picture, column: number): Area[] {
  if (!picture.tiles) return [{ ...areaOf(picture, { row: 0, column }), height: picture.height }];
  return Array.from({ length: picture.rows }, (_, row) => areaOf(picture, { row, column }));
}

/** Give the cell that a key leads to from another; null for keys that lead nowhere. */
export function cellBy(picture: Picture, { row, column }: Cell, key: string): Cell | null {
  const { tiles, step, rows, columns } = picture;
  const [down, right] = tiles
    ? [
        [0, tiles.columns],
        [0, 1],
      ]
    : [
        [step, 0],
        [0, step],
      ];
  const ways: Record<string, number[]> = {
    ArrowDown: down,
    ArrowUp: [-down[0], -down[1]],
    ArrowRight: right,
    ArrowLeft: [0, -right[1]],
    PageDown: [step, 0],
    PageUp: [-step, 0],
    Home: [0, -column],
    End: [0, columns - 1 - column],
  };
  const way = ways[key];
  if (!way) return null;
  const to = { row: row + way[0], column: column + way[1] };
  const within = to.row >= 0 && to.row < rows && to.column >= 0 && to.column < columns;
  return within ? to : { row, column };
}
