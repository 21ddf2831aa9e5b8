/** What layers and neurons of the open run are called. */
import { runs, shapeOf, workbench } from "../../state";

export interface NamedLayer {
  /** 0 is the input. */
  index: number;
  name: string;
  size: number;
  nameOf: (neuron: number) => string;
}

/** Gives the layers of the open run, the input first; none while it is not known. */
export function namedLayers(): NamedLayer[] {
  const spec = runs.detail?.spec;
  if (!spec) return [];
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  const shape = shapeOf(spec, info?.class_names ?? []);
  return (shape?.layers ?? []).map(({ label, size, classNames }, index) => ({
    index,
    name: label,
    size,
    nameOf: (neuron) => `${label} ${classNames?.[neuron] ?? neuron}`,
  }));
}

/** Gives the names of the classes; their numbers where they have none. */
export function classNames(): string[] {
  const spec = runs.detail?.spec;
  if (!spec) return [];
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  const outputs = spec.network.layers[spec.network.layers.length - 1].size;
  return Array.from({ length: outputs }, (_, at) => info?.class_names[at] ?? String(at));
}
