/** WHAT the page knows of studies. */
export * from "./board";
export * from "./form";
export { Studies } from "./studies.svelte";
export * from "./values";
