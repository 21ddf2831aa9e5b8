/** WHAT the pages for many runs know; loaded with them, never with the first page. */
export { Finder } from "./finder.svelte";
export * from "./columns";
export * from "./query";
export * from "./rows";
export * from "./settings-table";
export { deeds } from "./deeds";
