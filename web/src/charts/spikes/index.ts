/** Spikes, membranes and races. A door of its own: it is loaded with the panels that look inside. */
export { default as GreyPicture } from "./GreyPicture.svelte";
export { default as Race } from "./Race.svelte";
export { default as Raster } from "./Raster.svelte";
export { withinLayer, type Chosen } from "./raster-layout";
export { resetsAfter, type Trace } from "./trace-rows";
export { default as SeenPicture } from "./SeenPicture.svelte";
export { default as Traces } from "./Traces.svelte";
