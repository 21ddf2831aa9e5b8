/** Waveforms of a circuit beside its network. A door of its own: it is loaded with the circuit. */
export { default as Waveforms } from "./Waveforms.svelte";
export { readingAt, rangeOfWave, type Wave } from "./wave";
