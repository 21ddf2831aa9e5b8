/** WHAT the page knows of runs that are compared. */
export { Comparing } from "./comparing.svelte";
export * from "./identity";
export * from "./metrics";
export * from "./pairs";
