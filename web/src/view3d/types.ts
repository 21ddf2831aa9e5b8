/** One layer as the view needs it. */
export interface LayerShape {
  kind: "input" | "hidden" | "output";
  size: number;
  /** Height and width of an image or of one feature map; `size` may hold several maps of it. */
  grid?: [height: number, width: number];
  label: string;
  sublabel?: string;
  classNames?: string[];
}

/** A kernel, or a pooling's window, that stands at many places of the maps. */
export interface WindowShape {
  kernel: number;
  stride: number;
  padding: number;
  source: [maps: number, height: number, width: number];
  target: [maps: number, height: number, width: number];
  /** Each map reads its own map only. */
  depthwise: boolean;
}

/**
 * One block of weights: `rows` neurons of layer `to` receive from `columns` neurons of layer `from`. With a window a row
 * is the kernel of a map, its columns what the kernel covers: map after map, row after row.
 */
export interface ConnectionShape {
  from: number;
  to: number;
  rows: number;
  columns: number;
  window?: WindowShape;
  /** Each neuron is connected with itself only: one column. */
  oneToOne?: boolean;
}

export interface NetworkShape {
  layers: LayerShape[];
  connections: ConnectionShape[];
}

/** Weights of one connection: `values[row * columns + column] * scale`. Kept, not copied. */
export interface WeightLayer {
  values: Int8Array;
  rows: number;
  columns: number;
  scale: number;
}

export type Theme = "dark" | "light";
export type Palette = "green-red" | "blue-orange";

/** Room that the page's own panels cover, in CSS pixels; the network is framed within what is left. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface ViewOptions {
  theme: Theme;
  palette: Palette;
  /** Factor on the density before it becomes opacity: 1 is balanced, below is fainter. */
  exposure: number;
  /** Only this many of the strongest weights of each block; null draws all. */
  strongest: number | null;
  showWeights: boolean;
  showLabels: boolean;
  reducedMotion: boolean;
  debug: boolean;
  insets: Insets;
}

export const DEFAULT_OPTIONS: ViewOptions = {
  theme: "dark",
  palette: "green-red",
  exposure: 1,
  strongest: null,
  showWeights: true,
  showLabels: true,
  reducedMotion: false,
  debug: false,
  insets: { top: 0, right: 0, bottom: 0, left: 0 },
};

/** A neuron by the index of its layer in the shape and its own index within the layer. */
export type Picked = { layer: number; neuron: number } | null;

/** One weight: of a connection by its index in the shape, from neuron `column` to neuron `row`. */
export interface WeightPlace {
  connection: number;
  row: number;
  column: number;
}

export type Look = "front" | "side" | "top" | "default";

export interface ViewStats {
  /** Frames a second over the last animated stretch; 0 while the picture stands still. */
  fps: number;
  /** Draw calls of the last frame. */
  drawCalls: number;
  /** Edges in the picture now, when it is complete, and in the network. Beyond 12 million only the strongest are drawn. */
  edgesDrawn: number;
  edgesTotal: number;
  edgesInNetwork: number;
  /** Main-thread time of the last setWeights and of the last setNetwork with the weights that followed it. */
  lastUpdateMs: number;
  buildMs: number;
  /** Bytes of weights received a second, over the last seconds. */
  bytesPerSecond: number;
  /** Bytes held in textures and targets on the GPU. */
  bytes: number;
  frames: number;
  geometries: number;
  textures: number;
}
