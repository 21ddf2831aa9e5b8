/** WHAT is drawn flat: curves, matrices, strips. */
export { handOut } from "./hand-out";
export { default as ChangeStrip } from "./ChangeStrip.svelte";
export { default as ConfusionMatrix } from "./ConfusionMatrix.svelte";
export { default as DifferenceMatrix } from "./DifferenceMatrix.svelte";
export { default as LineChart } from "./LineChart.svelte";
export type { Line, Table } from "./lines";
export { default as WeightMatrix } from "./WeightMatrix.svelte";
