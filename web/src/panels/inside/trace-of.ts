import { resetsAfter, type Trace } from "../../charts/spikes";
import type { Neuron } from "../../api";
import { isOwn, runs, spikes } from "../../state";
import type { PlayRecord } from "../../state/playback";

/** Gives one neuron's membrane over the steps; `layer` 0 is the first after the input. */
export function traceOf(
  { layers, numSteps }: PlayRecord,
  layer: number,
  neuron: number,
  reset: string,
  name: string,
): Trace {
  const own = layers[layer];
  const steps = Array.from({ length: numSteps }, (_, step) => step);
  const spikes = steps.filter((step) => own.spiked(step, neuron));
  return {
    name,
    potentials: Float32Array.from(steps, (step) => own.potential(step, neuron)),
    threshold: own.thresholdsOf(neuron),
    rest: own.start,
    recovery: own.recoveryOf(neuron),
    spikes,
    resets: resetsAfter(spikes, numSteps, reset),
  };
}

/** How the neurons of each layer that has some reset a step later, in the open run. */
export const resetsOfLayers = (): string[] =>
  (runs.detail?.spec.network.layers ?? []).flatMap(({ neuron }) => (neuron ? [resetOf(neuron)] : []));

/** How a neuron resets; those that spike and do not say it set their membrane back. */
function resetOf(neuron: Neuron): string {
  if (neuron.reset_delay === false) return "none";
  return neuron.reset ?? (spikes(neuron) && !isOwn(neuron) ? "zero" : "none");
}
