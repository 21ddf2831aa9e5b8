/** The neuron kinds as the page edits them: defaults, changes of kind, and a circuit's two forms and its gain. */
import {
  NEURONS,
  SURROGATES,
  type BuiltInKind,
  type BuiltInNeuron,
  type Neuron,
  type NeuronKind,
  type OwnNeuron,
  type Surrogate,
  type SurrogateKind,
} from "../api";

export const NEURON_KINDS = Object.keys(NEURONS) as BuiltInKind[];

/** Those whose spikes layers after them can take in. */
export const SPIKING_KINDS = NEURON_KINDS.filter((kind) => NEURONS[kind].spikes);

/** Those that a recurrent layer can have. */
export const RECURRENT_KINDS = NEURON_KINDS.filter((kind) => NEURONS[kind].recurrent);

const ofEach = <T>(value: (kind: BuiltInKind) => T) =>
  Object.fromEntries(NEURON_KINDS.map((kind) => [kind, value(kind)])) as Record<BuiltInKind, T>;

export const DEFAULT_KIND = NEURON_KINDS[0];

export const NEURON_TITLES = ofEach<string>((kind) => NEURONS[kind].title);
export const NEURON_DEFAULTS = ofEach<BuiltInNeuron>((kind) => NEURONS[kind].defaults);

/** The kind of neurons that a person wrote as equations. */
export const OWN = "equations";
export const isOwn = (neuron: Neuron | null | undefined): neuron is OwnNeuron => neuron?.kind === OWN;

/** What a neuron is called. */
export const neuronTitle = (neuron: Neuron): string => (isOwn(neuron) ? neuron.title : NEURON_TITLES[neuron.kind]);

/** Whether it spikes: an own neuron does where a line of its step assigns `out`. */
export const spikes = (neuron: Neuron): boolean =>
  isOwn(neuron) ? neuron.step.some((line) => /^\s*out\s*=/.test(line)) : NEURONS[neuron.kind].spikes;

export const SURROGATE_TITLES: Record<SurrogateKind, string> = {
  atan: "Arcus tangent",
  fast_sigmoid: "Fast sigmoid",
  sigmoid: "Sigmoid",
  triangular: "Triangle",
  straight_through: "Straight through",
  spike_rate_escape: "Spike-rate escape",
  equations: "Written as an equation",
};

/** A surrogate to begin with where one is written: the fast sigmoid. */
const WRITTEN: Surrogate = { kind: OWN, derivative: "1 / (1 + slope * abs(z))**2", parameters: { slope: 25 } };

export const surrogateOf = (kind: SurrogateKind): Surrogate =>
  structuredClone(kind === OWN ? WRITTEN : SURROGATES[kind]);

const KEPT = ["threshold", "learn_threshold", "surrogate", "beta", "learn_beta", "reset_delay"] as const;

/** Between kinds in millivolts and others: a threshold and a surrogate's slope of the one are none of the other. */
const KEPT_OF_OTHER_UNITS = ["learn_threshold"] as const;

/** Gives a neuron of another kind that keeps what both kinds have. */
export function changeKind(neuron: Neuron, kind: BuiltInKind): Neuron {
  if (neuron.kind === kind) return neuron;
  const fresh = NEURON_DEFAULTS[kind];
  if (isOwn(neuron)) return { ...fresh, ...(fresh.surrogate && { surrogate: neuron.surrogate }) };
  const isOwnReset = neuron.reset !== NEURON_DEFAULTS[neuron.kind].reset;
  const isSameUnit = !NEURONS[neuron.kind].in_millivolts && !NEURONS[kind].in_millivolts;
  const shared = isSameUnit ? KEPT : KEPT_OF_OTHER_UNITS;
  const names = [...shared, ...(isOwnReset ? (["reset"] as const) : [])];
  const kept = names.filter((name) => name in fresh && neuron[name] != null);
  return { ...fresh, ...Object.fromEntries(kept.map((name) => [name, neuron[name]])) };
}

/** The name of the pattern whose values a neuron has; empty where it has its own. */
export function patternOf(neuron: Neuron, patterns: Record<string, Record<string, number>>): string {
  const has = (values: Record<string, number>) =>
    Object.entries(values).every(([name, value]) => neuron[name as keyof Neuron] === value);
  return Object.keys(patterns).find((name) => has(patterns[name])) ?? "";
}

/** Whether a kind can be given by R, C and Δt in place of β. */
export const hasCircuit = (kind: NeuronKind): boolean => kind !== OWN && "resistance_ohm" in NEURONS[kind].fields;

export const isCircuit = (neuron: Neuron): boolean =>
  hasCircuit(neuron.kind) && (neuron.resistance_ohm != null || neuron.capacitance_f != null);

/** Δt/(R·C), or NaN where the fields are not numbers. */
function stepOverRc(neuron: Neuron): number {
  if (!isCircuit(neuron)) return Math.log(1 / Number(neuron.beta));
  return (neuron.time_step_s ?? 1) / (Number(neuron.resistance_ohm) * Number(neuron.capacitance_f));
}

/** How strongly an RC membrane takes its input: Δt/C; without a circuit it is 1. */
export function circuitGain(neuron: Neuron): number {
  return stepOverRc(neuron) * (isCircuit(neuron) ? Number(neuron.resistance_ohm) : 1);
}

/** An RC membrane whose input arrives so weakly that it hardly learns. */
export const isWeak = (neuron: Neuron): boolean => hasCircuit(neuron.kind) && circuitGain(neuron) < 0.5;

/** An RC membrane's decay per step, 1 − Δt/(R·C). */
export const circuitDecay = (neuron: Neuron): number => 1 - stepOverRc(neuron);

/** The same decay with a gain of 1: C = Δt, R = 1/ln(1/β). */
export function compensated(neuron: Neuron): Neuron {
  const step = neuron.time_step_s ?? 1;
  const rest = { ...neuron };
  delete rest.beta;
  return {
    ...rest,
    resistance_ohm: round(1 / stepOverRc(neuron)),
    capacitance_f: step,
    time_step_s: step,
    learn_beta: "fixed",
  };
}

/** Moves an RC membrane between its two forms, keeping β = exp(−Δt/RC). */
export function setForm(neuron: Neuron, form: "beta" | "circuit"): Neuron {
  if (!hasCircuit(neuron.kind) || (form === "circuit") === isCircuit(neuron)) return neuron;
  const rest = { ...neuron };
  if (form === "beta") {
    delete rest.resistance_ohm;
    delete rest.capacitance_f;
    delete rest.time_step_s;
    const beta = Math.exp(-stepOverRc(neuron));
    return { ...rest, beta: beta > 0 && beta < 1 ? round(beta) : 0.9 };
  }
  delete rest.beta;
  const resistance = 1;
  return {
    ...rest,
    resistance_ohm: resistance,
    capacitance_f: round(1 / (stepOverRc(neuron) * resistance)),
    time_step_s: 1,
    learn_beta: "fixed",
  };
}

const round = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(8)) : 1);
