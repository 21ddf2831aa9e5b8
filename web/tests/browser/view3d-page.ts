/** What the page of the view's browser tests offers to them, as `window.lab`. */
import { NetworkView, type NetworkShape, type ViewOptions, type WeightLayer } from "../../src/view3d";

/** Sizes of the layers to a shape such as the page makes it; the first of 64 or 784 is an image. */
function shapeOf(sizes: number[]): NetworkShape {
  const side = Math.sqrt(sizes[0]);
  const last = sizes.length - 1;
  return {
    layers: sizes.map((size, index) => ({
      kind: index === 0 ? "input" : index === last ? "output" : "hidden",
      size,
      grid: index === 0 && Number.isInteger(side) && size > 4 ? [side, side] : undefined,
      label: index === 0 ? "Input" : index === last ? "Output" : `Hidden ${index}`,
      sublabel: index === 0 ? `${size} pixels` : `${size} leaky`,
      classNames: index === last ? Array.from({ length: size }, (_, name) => String(name)) : undefined,
    })),
    connections: sizes.slice(1).map((rows, index) => ({ from: index, to: index + 1, rows, columns: sizes[index] })),
  };
}

/** A generator of numbers from 0 to 1 that is the same every time (mulberry32). */
function numbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Weights that look trained: over an image each neuron has smooth spots of either sign, elsewhere a few are strong. */
function weightsOf(shape: NetworkShape, seed = 1): WeightLayer[] {
  const random = numbers(seed);
  return shape.connections.map(({ from, rows, columns }) => {
    const values = new Int8Array(rows * columns);
    const grid = shape.layers[from].grid;
    for (let row = 0; row < rows; row++) {
      if (grid) paintSpots(values.subarray(row * columns, (row + 1) * columns), grid, random);
      else for (let at = 0; at < columns; at++) values[row * columns + at] = Math.round(127 * (2 * random() - 1) ** 3);
    }
    return { values, rows, columns, scale: 0.01 };
  });
}

function paintSpots(row: Int8Array, [height, width]: [number, number], random: () => number): void {
  const spots = Array.from({ length: 5 }, () => ({
    y: height * (0.5 + 0.5 * (random() + random() - 1)),
    x: width * (0.5 + 0.5 * (random() + random() - 1)),
    size: (0.06 + 0.1 * random()) * width,
    weight: 2 * random() - 1,
  }));
  for (let at = 0; at < row.length; at++) {
    let value = 0.06 * (2 * random() - 1);
    for (const { y, x, size, weight } of spots) {
      value += weight * Math.exp(-((Math.floor(at / width) - y) ** 2 + ((at % width) - x) ** 2) / (2 * size * size));
    }
    row[at] = Math.round(127 * Math.max(-1, Math.min(1, value)));
  }
}

/** Weights that are all zero but for these: [connection, row, column, value]. */
function sparseWeights(shape: NetworkShape, entries: [number, number, number, number][]): WeightLayer[] {
  const layers = shape.connections.map(({ rows, columns }) => ({
    values: new Int8Array(rows * columns),
    rows,
    columns,
    scale: 0.01,
  }));
  for (const [connection, row, column, value] of entries) {
    layers[connection].values[row * layers[connection].columns + column] = value;
  }
  return layers;
}

let view: NetworkView | null = null;

const lab = {
  shapeOf,
  weightsOf,
  sparseWeights,
  supported: () => NetworkView.supported(),
  /** Density at a share of the way between two neurons, as they appear. */
  along(from: [number, number], to: [number, number], share: number, radius = 2) {
    const start = lab.view.positionOf(...from)!;
    const end = lab.view.positionOf(...to)!;
    return lab.view.readDensity(start.x + share * (end.x - start.x), start.y + share * (end.y - start.y), radius);
  },
  /** Red, green and blue of the whole picture as it is saved, one pixel per CSS pixel. */
  async pixels(): Promise<ImageData> {
    const bitmap = await createImageBitmap(await lab.view.screenshot(1));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  },
  /** How many values of two pictures differ by more than `least`. */
  differing(before: ImageData, after: ImageData, least: number): number {
    return before.data.filter((value, at) => Math.abs(value - after.data[at]) > least).length;
  },
  /** Build a view of this network on a fresh canvas, in place of the one before. */
  open(sizes: number[], options: Partial<ViewOptions> = {}, weights?: WeightLayer[]): NetworkView {
    lab.close();
    const canvas = document.createElement("canvas");
    document.getElementById("stage")!.replaceChildren(canvas);
    view = new NetworkView(canvas, { reducedMotion: true, ...options });
    const shape = shapeOf(sizes);
    view.setNetwork(shape);
    view.setWeights(weights ?? weightsOf(shape));
    return view;
  },
  close(): void {
    view?.dispose();
    view = null;
  },
  get view(): NetworkView {
    if (!view) throw new Error("No view is open.");
    return view;
  },
};

export type Lab = typeof lab;

declare global {
  interface Window {
    lab: Lab;
  }
}

window.lab = lab;
