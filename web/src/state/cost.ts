/** What a design costs, computed here so that the figures follow every keystroke; the same sums as the server's. */
import type { Cost, RunSpec } from "../api";
import { countsOf } from "./layer-shapes";

export function costOf(spec: RunSpec): Cost | null {
  const counts = countsOf(spec.network);
  if (!counts) return null;
  const steps = Number(spec.training.num_steps);
  const flops = 2 * counts.products;
  return {
    neurons: counts.neurons,
    weights: counts.weights,
    parameters: counts.parameters,
    parameter_bytes: 4 * counts.parameters,
    flops,
    flops_all_steps: flops * (Number.isFinite(steps) ? steps : 0),
  };
}

/** Value, gradient, and Adam's two means of each parameter. */
const COPIES_OF_PARAMETERS = 4;
/** Currents, membranes, spikes and gradients of each neuron and step. */
const ARRAYS_PER_STATE = 4;
/** Values and gradients of what layers without neurons hand on. */
const ARRAYS_PER_VALUE = 2;

/** Memory that one update needs beside the data, in bytes; null while the design has no cost. */
export function trainingBytes(spec: RunSpec): number | null {
  const counts = countsOf(spec.network);
  if (!counts) return null;
  const each = ARRAYS_PER_STATE * counts.neurons + ARRAYS_PER_VALUE * counts.silent;
  const states = each * Number(spec.training.num_steps) * Number(spec.training.batch_size);
  const total = 4 * (COPIES_OF_PARAMETERS * counts.parameters + states);
  return Number.isFinite(total) ? total : null;
}

export interface Speed {
  samplesPerSecond: number;
  flopsAllSteps: number;
  neuronSteps: number;
}

/** Operations that one neuron step costs beside its weights, in FLOPs: measured on small networks, where they count. */
const FLOPS_PER_NEURON_STEP = 40;

/** Operations of a sample, with what its neurons cost. */
const workOf = (flopsAllSteps: number, neuronSteps: number): number =>
  flopsAllSteps + FLOPS_PER_NEURON_STEP * neuronSteps;

/** Gives the speed to estimate by after another training: half way between, as ratios go, so that one busy minute of the machine counts half. */
export function blended(before: Speed | null, now: Speed): Speed {
  if (!before) return now;
  const [old, fresh] = [before, now].map((one) => one.samplesPerSecond * workOf(one.flopsAllSteps, one.neuronSteps));
  return old > 0 && fresh > 0 ? { ...now, samplesPerSecond: now.samplesPerSecond * Math.sqrt(old / fresh) } : now;
}

/** Seconds a training will take, from the speed last measured on this machine; null where none was. */
export function estimateSeconds(spec: RunSpec, samples: number, speed: Speed | null): number | null {
  const cost = costOf(spec);
  if (!cost || !speed || speed.samplesPerSecond <= 0) return null;
  const steps = Number(spec.training.num_steps);
  const work = workOf(cost.flops_all_steps, cost.neurons * steps);
  const measured = workOf(speed.flopsAllSteps, speed.neuronSteps);
  const trained = samples * (1 - Number(spec.training.validation_share)) * Number(spec.training.epochs);
  const seconds = (trained / speed.samplesPerSecond) * (work / measured);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}
