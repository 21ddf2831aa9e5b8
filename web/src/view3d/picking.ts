import type { Layout } from "./layout";
import type { Picked } from "./types";

/** Above this many neurons only the layers' planes are met, and neurons looked for within one layer. */
export const MOST_PROJECTED = 10_000;
/** Pixels around a neuron that count as on it. */
const TOLERANCE = 5;

/** What picking needs of a camera: column-major view-projection matrix, its place, the window in pixels. */
export interface Eye {
  matrix: ArrayLike<number>;
  position: readonly [number, number, number];
  width: number;
  height: number;
  /** Pixels that a unit covers at distance 1. */
  pixelsAtOne: number;
}

/** Where a place appears: pixels from the top left, and its distance; behind the camera `w` is not positive. */
export function project(eye: Eye, x: number, y: number, z: number): { x: number; y: number; w: number } {
  const m = eye.matrix;
  const w = m[3] * x + m[7] * y + m[11] * z + m[15];
  return {
    x: (((m[0] * x + m[4] * y + m[8] * z + m[12]) / w + 1) * eye.width) / 2,
    y: ((1 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w) * eye.height) / 2,
    w,
  };
}

/** Give the neuron under a point (pixels from the top left): the nearest one that covers it, else the closest by. */
export function pick(placed: Layout, eye: Eye, x: number, y: number): Picked {
  const layers =
    placed.count <= MOST_PROJECTED ? placed.layers.map((_, index) => index) : layersUnder(placed, eye, x, y);
  let best: Picked = null;
  let bestScore = Infinity;
  for (const layer of layers) {
    const { first, size, radius } = placed.layers[layer];
    for (let neuron = 0; neuron < size; neuron++) {
      const at = 4 * (first + neuron);
      const seen = project(eye, placed.nodes[at], placed.nodes[at + 1], placed.nodes[at + 2]);
      if (seen.w <= 0) continue;
      const away = Math.hypot(seen.x - x, seen.y - y);
      const covered = (radius * eye.pixelsAtOne) / seen.w;
      if (away > covered + TOLERANCE) continue;
      // Covering beats being close by; among those that cover, the nearest to the viewer wins.
      const score = away <= covered ? seen.w : 1e6 + away;
      if (score < bestScore) {
        bestScore = score;
        best = { layer, neuron };
      }
    }
    if (best && placed.count > MOST_PROJECTED) return best;
  }
  return best;
}

/** Give the layers whose outline the point's ray meets, the nearest first. */
function layersUnder(placed: Layout, eye: Eye, x: number, y: number): number[] {
  return placed.layers
    .map((layer, index) => ({ index, distance: Math.abs(layer.x - eye.position[0]), box: boxOf(placed, index, eye) }))
    .filter(({ box }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)
    .sort((a, b) => a.distance - b.distance)
    .map(({ index }) => index);
}

/** Give the rectangle that a layer covers on screen, with tolerance. */
export function boxOf(placed: Layout, index: number, eye: Eye) {
  const { x, halfHeight, halfWidth } = placed.layers[index];
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const [up, across] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ]) {
    const seen = project(eye, x, up * halfHeight, across * halfWidth);
    box.left = Math.min(box.left, seen.x - TOLERANCE);
    box.right = Math.max(box.right, seen.x + TOLERANCE);
    box.top = Math.min(box.top, seen.y - TOLERANCE);
    box.bottom = Math.max(box.bottom, seen.y + TOLERANCE);
  }
  return box;
}
