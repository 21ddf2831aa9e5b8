/** Neurons that a person writes as equations, as documents: what is left out, a first one, text in and out. Pure. */
import type { Neuron, OwnNeuron, OwnParameter } from "../api";
import { OWN } from "./neurons";

export const FIRST_OWN: OwnNeuron = {
  kind: OWN,
  title: "My neuron",
  inputs: ["x"],
  parameters: {
    beta: { value: 0.9, low: 0, high: 1, learn: "fixed" },
    threshold: { value: 1, low: null, high: null, learn: "fixed" },
  },
  states: { m: 0 },
  step: ["r = heaviside(m - threshold)", "m = beta * m + x - r * threshold", "out = spike(m - threshold)"],
  membrane: "m",
  threshold: "threshold",
  surrogate: { kind: "atan", slope: 2 },
  substeps: 1,
  time_step_s: null,
};

/** Gives a document with what it leaves out; what is wrong in it stays for the server to tell. */
export function ownOf(document: object): OwnNeuron {
  const { parameters = {}, step, ...rest } = document as Partial<OwnNeuron>;
  const empty: OwnNeuron = { ...structuredClone(FIRST_OWN), parameters: {}, membrane: "", threshold: "" };
  const named = Object.entries(parameters).map(([name, one]) => [name, parameterOf(one)] as const);
  return { ...empty, ...rest, kind: OWN, parameters: Object.fromEntries(named), step: linesOf(step) };
}

function parameterOf(said: OwnParameter | number): OwnParameter {
  return { low: null, high: null, learn: "fixed", ...(typeof said === "number" ? { value: said } : said) };
}

export const linesOf = (step: readonly string[] | string | undefined): string[] =>
  typeof step === "string" ? step.split("\n") : [...(step ?? [])];

/** Gives a neuron of a file; throws an Error in words for what is none. */
export function readOwn(text: string): OwnNeuron {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error(
      "The file is no JSON. Take one that was exported here, or written by hand as docs/own-neurons.md says.",
    );
  }
  const isObject = typeof document === "object" && document !== null && !Array.isArray(document);
  const { kind, step, states } = (isObject ? document : {}) as Partial<Neuron>;
  const whole = states && typeof states === "object" && (Array.isArray(step) || typeof step === "string");
  if (!isObject || kind !== OWN || !whole)
    throw new Error('The file is no neuron written as equations: "kind": "equations", with states and a step.');
  return ownOf(document as object);
}

/** What a document is called as a file. */
export const ownFileName = ({ title }: OwnNeuron): string =>
  `${
    title
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "neuron"
  }.json`;

/** Gives the names that read like the parameters, states and inputs of a neuron: what its lines may speak of. */
export const namesOf = ({ inputs, parameters, states }: OwnNeuron): string[] => [
  ...inputs,
  ...Object.keys(parameters),
  ...Object.keys(states),
];

/** A name that is free: p1, p2, … */
export function freeName(neuron: OwnNeuron, letter: string): string {
  const taken = new Set(namesOf(neuron));
  let at = 1;
  while (taken.has(`${letter}${at}`)) at += 1;
  return `${letter}${at}`;
}

/** Gives a record whose entry has another name, in its place. */
export function renamed<T>(record: Readonly<Record<string, T>>, before: string, after: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name === before ? after : name, value]));
}
