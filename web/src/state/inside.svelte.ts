/** A neuron by its layer, 0 being the input, and its place within it. */
export interface Neuron {
  layer: number;
  neuron: number;
}

/** What other panels ask of those that look inside a network, which are loaded when first asked for. */
class Inside {
  /** Class and decision whose samples are wanted. */
  samples = $state.raw<{ truth: number; decided: number } | null>(null);
  /** The neuron that is to be opened. */
  picked = $state.raw<Neuron | null>(null);
}

export const inside = new Inside();
