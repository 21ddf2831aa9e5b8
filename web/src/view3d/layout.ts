import type { LayerShape, NetworkShape } from "./types";

/** Where one layer stands: its plane is perpendicular to x, y points up, and images read from left to right along −z. */
export interface LayerLayout {
  form: "grid" | "disc" | "ring" | "column";
  x: number;
  /** Index of the layer's first neuron among all neurons of the network. */
  first: number;
  size: number;
  radius: number;
  /** Half of the extent along y and z, neurons included. */
  halfHeight: number;
  halfWidth: number;
}

export interface Layout {
  layers: LayerLayout[];
  /** x, y, z and radius of every neuron, in the order of the layers. */
  nodes: Float32Array;
  count: number;
}

/** The tallest ordinary layer; everything else is measured against it. */
const TALLEST = 4.6;
const TALLEST_SIZE = 784;
const LARGEST_RADIUS = 0.15;
/** Share of the distance between two neurons that a neuron's radius takes. */
const FILL = 0.32;
const LONGEST_COLUMN = 30;
const LARGEST_RING = 16;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Room between stacks of maps, as a share of their widths, and how high they stand at most. */
const MAP_ROOM = 0.68;
const TALLEST_MAPS = 1.5 * TALLEST;
/** Maps stand in a column this much higher than broad: beside each other they would hide the layer behind. */
const SLENDER = 2.4;
const COLUMN_PITCH = 0.38;

/** Place every neuron of the network. Depends on nothing but the shape. */
export function layout(shape: NetworkShape): Layout {
  const count = shape.layers.reduce((sum, layer) => sum + layer.size, 0);
  const nodes = new Float32Array(4 * count);
  let first = 0;
  const layers = shape.layers.map((layer) => {
    const placed = placeLayer(layer, nodes.subarray(4 * first, 4 * (first + layer.size)), first);
    first += layer.size;
    return placed;
  });
  standApart(shape, layers, nodes);
  return { layers, nodes, count };
}

/** Put the layers one behind the other along x, around the middle; beside stacks of maps there is more room. */
function standApart({ layers: shapes }: NetworkShape, layers: LayerLayout[], nodes: Float32Array): void {
  const gap = gapBetween(layers.length);
  const places = [0];
  for (let at = 1; at < layers.length; at++) {
    const maps = mapsOf(shapes[at]) > 1 || mapsOf(shapes[at - 1]) > 1;
    const wide = MAP_ROOM * (layers[at - 1].halfWidth + layers[at].halfWidth);
    places.push(places[at - 1] + (maps ? Math.max(gap, wide) : gap));
  }
  const middle = places[places.length - 1] / 2;
  layers.forEach((layer, at) => {
    layer.x = places[at] - middle;
    for (let node = layer.first; node < layer.first + layer.size; node++) nodes[4 * node] = layer.x;
  });
}

/** Feature maps of a layer; 1 of any other. */
export function mapsOf({ grid, size }: LayerShape): number {
  return grid ? Math.max(1, Math.floor(size / (grid[0] * grid[1]))) : 1;
}

const OUTLINE_POINTS = 48;

/** Give points around a layer in its plane: along its rectangle, or its ellipse where it is round. */
export function outlineOf({ form, x, halfHeight, halfWidth }: LayerLayout): [x: number, y: number, z: number][] {
  const round = form === "disc" || form === "ring";
  return Array.from({ length: OUTLINE_POINTS }, (_, at) => {
    const angle = (2 * Math.PI * at) / OUTLINE_POINTS;
    const [up, across] = [Math.sin(angle), Math.cos(angle)];
    // Stretched until the longer side lies on the unit square, a circle becomes the square.
    const stretch = round ? 1 : 1 / Math.max(Math.abs(up), Math.abs(across));
    return [x, halfHeight * up * stretch, halfWidth * across * stretch];
  });
}

/** Deep networks stand closer together, so that their picture stays readable. */
function gapBetween(layers: number): number {
  return Math.max(2.2, 5.6 / Math.max(1, layers - 1) ** 0.22);
}

function placeLayer(layer: LayerShape, nodes: Float32Array, first: number): LayerLayout {
  const x = 0;
  const form = formOf(layer);
  const place = { grid: placeGrid, disc: placeDisc, ring: placeRing, column: placeColumn }[form];
  const radius = place(layer, x, nodes);
  let halfHeight = 0;
  let halfWidth = 0;
  for (let at = 0; at < nodes.length; at += 4) {
    halfHeight = Math.max(halfHeight, Math.abs(nodes[at + 1]));
    halfWidth = Math.max(halfWidth, Math.abs(nodes[at + 2]));
  }
  return {
    form,
    x,
    first,
    size: layer.size,
    radius,
    halfHeight: halfHeight + radius,
    halfWidth: halfWidth + radius,
  };
}

function formOf(layer: LayerShape): LayerLayout["form"] {
  if (layer.grid && layer.grid[0] * layer.grid[1] > 1 && layer.size % (layer.grid[0] * layer.grid[1]) === 0) {
    return "grid";
  }
  if (layer.size <= 4 || (layer.kind !== "hidden" && layer.size <= LONGEST_COLUMN)) return "column";
  if (layer.kind === "input") return "grid";
  return layer.size <= LARGEST_RING ? "ring" : "disc";
}

/** Height that a layer of this many neurons should have: grows with the logarithm, and slowly beyond an MNIST image. */
function extentOf(size: number): number {
  const share = Math.log(1 + size) / Math.log(1 + TALLEST_SIZE);
  return TALLEST * (share <= 1 ? share ** 0.75 : Math.min(1.6, share ** 1.6));
}

function radiusFor(pitch: number): number {
  return Math.min(LARGEST_RADIUS, FILL * pitch);
}

function setNode(nodes: Float32Array, index: number, x: number, y: number, z: number, radius: number): void {
  nodes.set([x, y, z, radius], 4 * index);
}

/** Rows from the top down, columns from left to right; several maps stand side by side, in rows from the top down. */
function placeGrid(layer: LayerShape, x: number, nodes: Float32Array): number {
  const [height, width] = layer.grid ?? nearSquare(layer.size);
  const maps = mapsOf(layer);
  const across = Math.ceil(Math.sqrt((maps * height) / width / (maps > 1 ? SLENDER : 1)));
  const down = Math.ceil(maps / across);
  const space = maps > 1 ? 1.5 : 0;
  const totalHeight = down * height + (down - 1) * space;
  const totalWidth = across * width + (across - 1) * space;
  const extent = maps > 1 ? Math.min(TALLEST_MAPS, 1.5 * extentOf(layer.size)) : extentOf(layer.size);
  const pitch = extent / Math.max(totalHeight, totalWidth);
  const radius = radiusFor(pitch);
  for (let index = 0; index < layer.size; index++) {
    const map = Math.floor(index / (height * width));
    const within = index % (height * width);
    const row = Math.floor(within / width) + Math.floor(map / across) * (height + space);
    const column = (within % width) + (map % across) * (width + space);
    setNode(nodes, index, x, ((totalHeight - 1) / 2 - row) * pitch, ((totalWidth - 1) / 2 - column) * pitch, radius);
  }
  return radius;
}

function nearSquare(size: number): [height: number, width: number] {
  const width = Math.ceil(Math.sqrt(size));
  return [Math.ceil(size / width), width];
}

/** A sunflower: every neuron has the same room, whatever their number. */
function placeDisc(layer: LayerShape, x: number, nodes: Float32Array): number {
  const outer = (extentOf(layer.size) / 2) * 0.95;
  const pitch = outer * Math.sqrt(Math.PI / layer.size);
  const radius = radiusFor(pitch);
  for (let index = 0; index < layer.size; index++) {
    const distance = outer * Math.sqrt((index + 0.5) / layer.size);
    const angle = index * GOLDEN_ANGLE;
    setNode(nodes, index, x, distance * Math.sin(angle), distance * Math.cos(angle), radius);
  }
  return radius;
}

/** Few neurons stand in a circle, the first at the top. */
function placeRing(layer: LayerShape, x: number, nodes: Float32Array): number {
  const outer = extentOf(layer.size) / 2;
  const radius = radiusFor((2 * Math.PI * outer) / layer.size);
  for (let index = 0; index < layer.size; index++) {
    const angle = Math.PI / 2 + (2 * Math.PI * index) / layer.size;
    setNode(nodes, index, x, outer * Math.sin(angle), outer * Math.cos(angle), radius);
  }
  return radius;
}

/** One below the other, the first at the top. */
function placeColumn(layer: LayerShape, x: number, nodes: Float32Array): number {
  const pitch = Math.min(COLUMN_PITCH * (layer.size < 6 ? 1.6 : 1), (TALLEST * 1.1) / Math.max(1, layer.size - 1));
  const radius = radiusFor(pitch);
  for (let index = 0; index < layer.size; index++) {
    setNode(nodes, index, x, ((layer.size - 1) / 2 - index) * pitch, 0, radius);
  }
  return radius;
}
