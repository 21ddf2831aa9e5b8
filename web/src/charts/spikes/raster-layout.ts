/** Where each neuron's row is in a raster. Pure. */

/** Neurons of one layer that are shown: from `first` on, `count` of them. */
export interface Chosen {
  layer: number;
  first: number;
  count: number;
}

export interface Band extends Chosen {
  top: number;
  height: number;
}

export const BAND_GAP = 6;
/** A layer of ten gets more of the height than a tenth of a layer of a hundred: its rows should be told apart. */
const GROWTH = 0.55;

/** Share out the height: bands in order, one for each layer shown. */
export function bandsOf(chosen: readonly Chosen[], height: number): Band[] {
  const shown = chosen.filter(({ count }) => count > 0);
  const weights = shown.map(({ count }) => count ** GROWTH);
  const room = Math.max(0, height - BAND_GAP * (shown.length - 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  let top = 0;
  return shown.map((one, at) => {
    const own = (room * weights[at]) / sum;
    const band = { ...one, top, height: own };
    top += own + BAND_GAP;
    return band;
  });
}

/** Give the neuron and step at a place; null between the bands. */
export function cellAt(bands: readonly Band[], steps: number, width: number, x: number, y: number) {
  const band = bands.find(({ top, height }) => y >= top && y < top + height);
  if (!band || x < 0 || x >= width) return null;
  const neuron = band.first + Math.min(band.count - 1, Math.floor(((y - band.top) / band.height) * band.count));
  return { layer: band.layer, neuron, step: stepAt(steps, width, x) };
}

export function stepAt(steps: number, width: number, x: number): number {
  return Math.min(steps - 1, Math.max(0, Math.floor((x / width) * steps)));
}

/** Keep a range within its layer. */
export function withinLayer(chosen: Chosen, size: number): Chosen {
  const first = Math.min(Math.max(0, Math.floor(chosen.first) || 0), size - 1);
  return { ...chosen, first, count: Math.min(Math.max(1, Math.floor(chosen.count) || 1), size - first) };
}
