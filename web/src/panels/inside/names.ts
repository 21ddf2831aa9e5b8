/** What layers and neurons of the open run are called. */
import { runs, workbench } from "../../state";

export interface NamedLayer {
  name: string;
  nameOf: (neuron: number) => string;
}

/** Gives the layers of the open run that have neurons, before them the input; none while it is not known. */
export function namedLayers(): NamedLayer[] {
  const spec = runs.detail?.spec;
  if (!spec) return [];
  const spiking = spec.network.layers.filter(({ neuron }) => neuron !== null);
  const names = ["Input", ...spiking.slice(1).map((_, at) => `Hidden ${at + 1}`), "Output"];
  const classes = classNames();
  return names.map((name, at) => ({
    name,
    nameOf: (neuron) => (at === names.length - 1 ? `${name} ${classes[neuron] ?? neuron}` : `${name} #${neuron}`),
  }));
}

/** Gives the names of the classes; their numbers where they have none. */
export function classNames(): string[] {
  const spec = runs.detail?.spec;
  const last = spec?.network.layers[spec.network.layers.length - 1];
  if (!spec || !last || !("size" in last)) return [];
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  return Array.from({ length: last.size }, (_, at) => info?.class_names[at] ?? String(at));
}
