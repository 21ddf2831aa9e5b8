/** The verbs for single neurons: the bench, and the library of those that a person wrote; loaded with what uses them. */
import { answer, get, send } from "./request";
import type { BenchAnswer, Neuron, NeuronCheck, OwnNeuron, OwnNeuronRow, Stimulus } from "./types";

/** What is tried: one neuron, or two under the same input. */
export interface Trial {
  neurons: Neuron[];
  input: Stimulus;
  num_steps: number;
  /** Constant currents of the firing curve; null for no curve. */
  curve?: { lowest?: number; highest?: number | null; points?: number } | null;
  plane?: boolean;
}

export const benchApi = {
  bench: (trial: Trial, signal?: AbortSignal) => send<BenchAnswer>("POST", "/neurons/bench", trial, signal),
  /** Gives the same as a figure, or as tables. */
  file: async (name: "bench.svg" | "bench.csv" | "curve.csv", trial: Trial) => {
    const headers = { "Content-Type": "application/json" };
    return (await answer(`/neurons/${name}`, { method: "POST", body: JSON.stringify(trial), headers })).blob();
  },
  check: (neuron: OwnNeuron, signal?: AbortSignal) => send<NeuronCheck>("POST", "/own-neurons/check", neuron, signal),
  list: () => get<{ neurons: OwnNeuronRow[] }>("/own-neurons"),
  keep: (neuron: OwnNeuron) => send<OwnNeuronRow>("POST", "/own-neurons", neuron),
  remove: (name: string) => send<unknown>("DELETE", `/own-neurons/${encodeURIComponent(name)}`),
};
