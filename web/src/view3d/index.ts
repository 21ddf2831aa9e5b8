/** The network in three dimensions: every neuron, every weight, alive. Knows nothing of the page around it. */
export { NetworkView } from "./view";
export { DEFAULT_OPTIONS } from "./types";
export type {
  ConnectionShape,
  Insets,
  LayerShape,
  Look,
  NetworkShape,
  Palette,
  Picked,
  Theme,
  ViewOptions,
  ViewStats,
  WeightLayer,
  WeightPlace,
  WindowShape,
} from "./types";
export type { Density } from "./density";
export { coloursOf, cssColour, type Colours } from "./palette";
