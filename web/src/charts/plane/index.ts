/** The plane of two inputs. */
export { default as PlanePlot } from "./PlanePlot.svelte";
export { sharesOf, type ClassShare, type PlaneCells } from "./plane-picture";
export { seriesColour } from "../spikes/surface";
