/** A neuron's firing rate in words. Pure. */
import { count, decimal } from "../../state";

/** Says how often a neuron spikes in the mean of all samples, and whether that is much for its layer. */
export function rateWords(rates: readonly number[], neuron: number, samples: number): string {
  const own = rates[neuron];
  if (own === undefined) return "not known";
  if (own === 0) return `silent for all ${count(samples)} test samples`;
  const quieter = rates.filter((rate) => rate < own).length;
  const place = rates.length > 1 ? `, busier than ${quieter} of the ${rates.length - 1} others` : "";
  return `${decimal(own, 4)} spikes a step over ${count(samples)} test samples${place}`;
}
