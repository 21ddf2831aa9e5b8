/** A run's network as a circuit. A door of its own: it is loaded with the panel that shows it. */
export { CircuitDesk, type Simulator } from "./desk.svelte";
export { samplesFrom, MOST_SAMPLES } from "./choice";
export { conductanceWords, crossbarsOf, durationWords, FORM_WORDS, wavesOf } from "./words";
