/** A neuron's firing rate in words. Pure. */
import { counted, decimal } from "../../state";

/** Says how often a neuron spikes in the mean of all samples, and whether that is much for its layer. */
export function rateWords(rates: readonly number[], neuron: number, samples: number): string {
  const own = rates[neuron];
  if (own === undefined) return "not known";
  if (own === 0) return `silent for all ${counted(samples, "test sample")}`;
  const quieter = rates.filter((rate) => rate < own).length;
  const place = rates.length > 1 ? `, busier than ${quieter} of the ${rates.length - 1} others` : "";
  return `${decimal(own, 4)} spikes a step over ${counted(samples, "test sample")}${place}`;
}
