/** What changed between two moments: weights as the later ones less the earlier ones. Pure. */
import type { Frame } from "./frame-feed";

type FrameLayer = Frame["layers"][number];

/** Gives a frame of the changes; each layer has the scale that its largest change needs. Null where shapes differ. */
export function differenceOf(later: Frame, earlier: Frame): Frame | null {
  const fits =
    later.layers.length === earlier.layers.length &&
    later.layers.every(({ rows, columns }, at) => {
      const other = earlier.layers[at];
      return other.rows === rows && other.columns === columns;
    });
  return fits ? { ...later, layers: later.layers.map((layer, at) => less(layer, earlier.layers[at])) } : null;
}

function less(later: FrameLayer, earlier: FrameLayer): FrameLayer {
  const count = later.values.length;
  const changes = new Float32Array(count);
  let largest = 0;
  for (let at = 0; at < count; at += 1) {
    changes[at] = later.values[at] * later.scale - earlier.values[at] * earlier.scale;
    largest = Math.max(largest, Math.abs(changes[at]));
  }
  const scale = largest / 127;
  const values = new Int8Array(count);
  if (scale > 0) for (let at = 0; at < count; at += 1) values[at] = Math.round(changes[at] / scale);
  return { ...later, scale, values };
}

/** Epoch that an update belongs to, counted from 1 as everywhere; 0 is before the first update. */
export const epochOf = (update: number, updatesPerEpoch: number): number =>
  updatesPerEpoch > 0 ? Math.ceil(update / updatesPerEpoch) : 0;
