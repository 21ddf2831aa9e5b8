/** What the sliders of the bench move: the numbers of a neuron and of its input, each with a range to begin with. Pure. */
import type { Neuron, Stimulus } from "../api";
import type { Field } from "./field";
import { NEURON_FIELDS } from "./fields";
import { isCircuit, isOwn, NEURON_DEFAULTS } from "./neurons";

export interface Slider {
  /** The field's place below the neuron or the input. */
  name: string;
  label: string;
  unit?: string;
  value: number;
  low: number;
  high: number;
  whole: boolean;
  help: string;
}

const CIRCUIT = ["resistance_ohm", "capacitance_f", "time_step_s"];

/** Gives a range about a usual value, within what is allowed: from 0, or as far below as above it. */
export function rangeAbout(usual: number, field: Pick<Field, "min" | "max"> = {}, whole = false): [number, number] {
  const { min = -Infinity, max = Infinity } = field;
  if (Number.isFinite(min) && max - min <= 20) return [min, max];
  const size = Math.abs(usual) || 1;
  const span = whole ? Math.ceil(4 * size) : Number((3 * size).toPrecision(2));
  const low = usual < 0 ? usual - span / 2 : Math.min(0, usual);
  const high = usual < 0 ? Math.max(0, usual + span) : usual + span;
  return [Math.max(min, Number(low.toPrecision(4))), Math.min(max, Number(high.toPrecision(4)))];
}

/** Gives the numbers of a neuron that a slider moves. */
export function slidersOf(neuron: Neuron): Slider[] {
  if (isOwn(neuron)) {
    return Object.entries(neuron.parameters).map(([name, { value, low, high }]) => {
      const bounds = { min: low ?? undefined, max: high ?? undefined };
      const [from, to] = rangeAbout(Number(value), bounds);
      return { name, label: name, value, low: from, high: to, whole: false, help: "A number of the equations." };
    });
  }
  const values = neuron as unknown as Record<string, number | undefined>;
  const usual = NEURON_DEFAULTS[neuron.kind] as unknown as Record<string, number | undefined>;
  return Object.entries(NEURON_FIELDS[neuron.kind]).flatMap(([name, field]) => {
    if (field.kind !== "float" && field.kind !== "int") return [];
    const ofOtherForm = isCircuit(neuron) ? name === "beta" : CIRCUIT.includes(name) && usual[name] === undefined;
    const value = values[name];
    if (ofOtherForm || typeof value !== "number") return [];
    const [low, high] = rangeAbout(usual[name] ?? value, field, field.kind === "int");
    const { label, unit, help } = field;
    return [{ name, label, unit, value, low, high, whole: field.kind === "int", help }];
  });
}

/** Gives a neuron with another value of a slider. */
export function moved(neuron: Neuron, name: string, value: number): Neuron {
  if (!isOwn(neuron)) return { ...neuron, [name]: value } as Neuron;
  return { ...neuron, parameters: { ...neuron.parameters, [name]: { ...neuron.parameters[name], value } } };
}

const CURRENT = { low: -0.5, high: 2 };
const INPUT_FIELDS: Record<string, Omit<Slider, "name" | "value">> = {
  current: { label: "Current", ...CURRENT, whole: false, help: "Of the input; of recorded spikes, what each gives." },
  begin: { label: "Begins at", unit: "step", low: 0, high: 200, whole: true, help: "The first step with the current." },
  length: { label: "Length", unit: "steps", low: 1, high: 200, whole: true, help: "Steps with the current." },
  first: { label: "From", ...CURRENT, whole: false, help: "The current at the first step." },
  last: { label: "To", ...CURRENT, whole: false, help: "The current at the last step." },
  mean: { label: "Mean", ...CURRENT, whole: false, help: "The mean current." },
  amplitude: { label: "Amplitude", low: 0, high: 2, whole: false, help: "How far it swings from its mean." },
  period: { label: "Period", unit: "steps", low: 2, high: 200, whole: false, help: "Steps of one oscillation." },
  deviation: { label: "Deviation", low: 0, high: 2, whole: false, help: "The standard deviation of the noise." },
  seed: { label: "Seed", low: 0, high: 20, whole: true, help: "Of the random numbers; the same gives the same noise." },
};

/** Gives the numbers of an input; currents as large as the neuron needs, whose rheobase is known or not. */
export function inputSliders(input: Stimulus, rheobase: number | null): Slider[] {
  const scale = rheobase && rheobase > 0 ? Number((rheobase * 5).toPrecision(1)) / 1 : null;
  return Object.entries(INPUT_FIELDS).flatMap(([name, field]) => {
    const value = (input as unknown as Record<string, number | undefined>)[name];
    if (typeof value !== "number") return [];
    const isCurrent = !field.whole && name !== "period";
    const high = isCurrent && scale ? Math.max(scale, value) : Math.max(field.high, value);
    const low = isCurrent && scale && field.low < 0 ? -scale / 4 : Math.min(field.low, value);
    return [{ ...field, name, value, low: Math.min(low, value), high }];
  });
}
