import type { CircuitPlan, CircuitTraces, FormEstimate } from "../../api";
import { bytesOf } from "../playback/base64";

export const FORM_WORDS: Record<FormEstimate["form"], [name: string, what: string]> = {
  vccs: ["Controlled sources", "One source per weight: the fastest proof that the mapping is right"],
  ideal: ["Ideal crossbar", "Resistors, perfect ammeters and mirrors: what the devices do"],
  opamp: ["Op-amps", "The crossbar with op-amps, comparators and latches: what can be built"],
  async: ["Free-running", "No clock: neurons of comparator and monostable; right class, counts a little off"],
};

const floatsOf = (text: string): Float32Array => new Float32Array(bytesOf(text).buffer);

/** Crossbars as the view takes them. */
export function crossbarsOf(
  plan: CircuitPlan,
): { rows: number; columns: number; bias: boolean; siemens: Float32Array }[] {
  return plan.crossbars.map((bar) => ({ ...bar, siemens: floatsOf(bar.siemens) }));
}

/** A sample's membranes, ready to be drawn; `layers` is how many the network has. */
export function wavesOf(traces: CircuitTraces, layers: number) {
  return traces.neurons.map((one) => ({
    name: one.layer === layers - 1 ? `Output ${one.neuron}` : `L${one.layer + 1} · ${one.neuron}`,
    circuit: floatsOf(one.circuit_v),
    endMs: traces.end_ms,
    readMs: floatsOf(one.read_ms),
    network: floatsOf(one.network_v),
    thresholdV: traces.threshold_v,
    circuitSpikes: one.circuit_spikes,
    networkSpikes: one.network_spikes,
  }));
}

/** A conductance with its unit: 23.4 µS. */
export function conductanceWords(siemens: number): string {
  // Rounded first: a float32 of 1 µS lies a little below it.
  const value = Number(siemens.toPrecision(3));
  const [scale, unit] = value < 1e-6 ? [1e9, "nS"] : value < 1e-3 ? [1e6, "µS"] : [1e3, "mS"];
  return `${Number((value * scale).toPrecision(3))} ${unit}`;
}

/** An estimate, which is no better than a factor of two. */
export function durationWords(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `about ${Number(seconds.toPrecision(1))} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
