/** WHAT the page knows and does: the design, the runs, the settings, the address. */
export * from "./bulk";
export { costOf, estimateSeconds, trainingBytes } from "./cost";
export { decodeDesign, encodeDesign } from "./codec";
export { datasetCards, type DatasetCard } from "./dataset-cards";
export * from "./design";
export { moveTo } from "./moving";
export { differenceOf, epochOf } from "./difference";
export * from "./fields";
export * from "./format";
export * from "./layer-kinds";
export { flowOf, matricesOf, shownShape, type Flow, type LayerFlow, type Matrix } from "./layer-shapes";
export type { Frame, FrameFeed } from "./frame-feed";
export { inside, type Neuron as PickedNeuron } from "./inside.svelte";
export * from "./neurons";
export * from "./own-neuron";
export { ownNeurons } from "./own-neurons.svelte";
export { notices, type Level, type Notice } from "./notices.svelte";
export { placeholderWeights, type LayerWeights } from "./placeholder";
export { readHidden } from "./quick-entry";
export { runs } from "./runs.svelte";
export { session, TABS, type Tab } from "./session.svelte";
export { LEAST_HERTZ, MOST_HERTZ, Settings, settings, VIEW_DEFAULTS, type ViewSettings } from "./settings.svelte";
export {
  firingFrom,
  nameOfBlock,
  placeWithin,
  pooled,
  shapeOf,
  tooLarge,
  type Shape,
  type ShapeConnection,
  type Stage,
  type ShapeLayer,
  type Window,
} from "./shape";
export { PAGES, type Page } from "./url";
export { recall, remember } from "./storage";
export * from "./training-parts";
export { weights } from "./weights.svelte";
export { wilson } from "./wilson";
export { workbench } from "./workbench.svelte";
export * from "./words";
