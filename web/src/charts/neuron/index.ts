/** One neuron's weights. A door of its own: it is loaded with the panels that look inside. */
export { columnsFor, spreadOf, strongestOf } from "./weight-figures";
export { default as KernelPicture } from "./KernelPicture.svelte";
export { default as WeightBars } from "./WeightBars.svelte";
export { default as WeightHistogram } from "./WeightHistogram.svelte";
export { default as WeightPicture } from "./WeightPicture.svelte";
