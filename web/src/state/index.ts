/** WHAT the page knows and does: the design, the runs, the settings, the address. */
export { costOf, estimateSeconds } from "./cost";
export { decodeDesign, encodeDesign } from "./codec";
export * from "./design";
export * from "./fields";
export * from "./format";
export type { Frame, FrameFeed } from "./frame-feed";
export * from "./neurons";
export { notices, type Level, type Notice } from "./notices.svelte";
export { placeholderWeights, type LayerWeights } from "./placeholder";
export { readHidden } from "./quick-entry";
export { runs } from "./runs.svelte";
export { session, TABS, type Tab } from "./session.svelte";
export { settings, VIEW_DEFAULTS, type ViewSettings } from "./settings.svelte";
export { shapeOf, sizesOf, type Shape } from "./shape";
export { weights } from "./weights.svelte";
export { wilson } from "./wilson";
export { workbench } from "./workbench.svelte";
export * from "./words";
