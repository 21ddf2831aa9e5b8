/** What a design costs, computed here so that the figures follow every keystroke; the same sums as the server's. */
import type { Cost, Learning, RunSpec } from "../api";

export function costOf(spec: RunSpec): Cost | null {
  const sizes = [spec.network.input.shape.reduce((a, b) => a * b, 1), ...spec.network.layers.map((l) => l.size)];
  if (sizes.some((size) => !Number.isInteger(size) || size < 1)) return null;
  let weights = 0;
  let parameters = 0;
  spec.network.layers.forEach((layer, at) => {
    weights += sizes[at] * sizes[at + 1];
    const learned = [layer.neuron.learn_alpha, layer.neuron.learn_beta, layer.neuron.learn_threshold];
    parameters += (layer.bias ? layer.size : 0) + learned.reduce((sum, how) => sum + valuesLearned(how, layer.size), 0);
  });
  parameters += weights;
  const steps = Number(spec.training.num_steps);
  return {
    neurons: sizes.slice(1).reduce((a, b) => a + b, 0),
    weights,
    parameters,
    parameter_bytes: 4 * parameters,
    flops: 2 * weights,
    flops_all_steps: 2 * weights * (Number.isFinite(steps) ? steps : 0),
  };
}

/** Value, gradient, and Adam's two means of each parameter. */
const COPIES_OF_PARAMETERS = 4;
/** Currents, membranes, spikes and gradients of each neuron and step. */
const ARRAYS_PER_STATE = 4;

/** Memory that one update needs beside the data, in bytes; null while the design has no cost. */
export function trainingBytes(spec: RunSpec): number | null {
  const cost = costOf(spec);
  const states = (cost?.neurons ?? 0) * Number(spec.training.num_steps) * Number(spec.training.batch_size);
  const total = cost ? 4 * (COPIES_OF_PARAMETERS * cost.parameters + ARRAYS_PER_STATE * states) : NaN;
  return Number.isFinite(total) ? total : null;
}

function valuesLearned(how: Learning | undefined, size: number): number {
  if (how === "shared") return 1;
  return how === "per_neuron" ? size : 0;
}

export interface Speed {
  samplesPerSecond: number;
  flopsAllSteps: number;
  neuronSteps: number;
}

/** Operations that one neuron step costs beside its weights, in FLOPs: measured on small networks, where they count. */
const FLOPS_PER_NEURON_STEP = 40;

/** Seconds a training will take, from the speed last measured on this machine; null where none was. */
export function estimateSeconds(spec: RunSpec, samples: number, speed: Speed | null): number | null {
  const cost = costOf(spec);
  if (!cost || !speed || speed.samplesPerSecond <= 0) return null;
  const steps = Number(spec.training.num_steps);
  const work = cost.flops_all_steps + FLOPS_PER_NEURON_STEP * cost.neurons * steps;
  const measured = speed.flopsAllSteps + FLOPS_PER_NEURON_STEP * speed.neuronSteps;
  const trained = samples * (1 - Number(spec.training.validation_share)) * Number(spec.training.epochs);
  const seconds = (trained / speed.samplesPerSecond) * (work / measured);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}
