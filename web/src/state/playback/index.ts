/** Samples played through a network. A door of its own: it is loaded with the panels that look inside. */
export { browser, PAGE_SIZE, type Sample } from "./browser.svelte";
export { EVERY_SAMPLE, type Choice } from "./choice";
export { bytesOf } from "./base64";
export { Clock, SPEEDS } from "./clock";
export { drawingOf, greyOf, isBlank, PAD_SIDE, PENS, widthOf, type Pen } from "./drawing";
export { neurons, type OpenNeuron } from "./opened.svelte";
export { player, type Subject } from "./player.svelte";
export { chancesOf, leaders, RACE_WORDS, standingOf, type Reading } from "./race";
export { PlayRecord, type LayerRecord } from "./record";
