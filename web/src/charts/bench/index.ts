/** WHAT a single neuron does, drawn: over time, against constant currents, in the plane of its states. */
export { default as NeuronAnswer } from "./NeuronAnswer.svelte";
export { default as Plot } from "./Plot.svelte";
export { axisBetween, axisOf, floatsOf, ticksBetween, type PlotLine } from "./plot";
