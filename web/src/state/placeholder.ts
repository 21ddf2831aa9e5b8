/** Weights to show before there are any: torch's uniform range ±1/√inputs, made up, the same at every visit. */

export interface LayerWeights {
  values: Int8Array;
  rows: number;
  columns: number;
  scale: number;
}

/** Long and prime, so that the repeated noise shows no pattern. */
const TILE = 65_521;
let tile: Int8Array | undefined;

function noise(): Int8Array {
  if (tile) return tile;
  tile = new Int8Array(TILE);
  let state = 0x9e3779b9;
  for (let at = 0; at < TILE; at += 1) {
    // xorshift32, Marsaglia 2003
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    tile[at] = ((state >>> 0) % 255) - 127;
  }
  return tile;
}

export function placeholderLayer(rows: number, columns: number, layer: number): LayerWeights {
  const values = new Int8Array(rows * columns);
  const source = noise();
  let from = (layer * 7919) % TILE;
  for (let at = 0; at < values.length; ) {
    const part = source.subarray(from, from + values.length - at);
    values.set(part, at);
    at += part.length;
    from = 0;
  }
  return { values, rows, columns, scale: 1 / Math.sqrt(columns) / 127 };
}

export function placeholderWeights(matrices: { rows: number; columns: number }[]): LayerWeights[] {
  return matrices.map(({ rows, columns }, at) => placeholderLayer(rows, columns, at));
}
