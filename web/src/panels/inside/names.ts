/** What layers and neurons of the open run are called. */
import { outputSize, placeWithin, runs, shapeOf, workbench, type ShapeLayer } from "../../state";

export interface NamedLayer {
  name: string;
  size: number;
  layer: ShapeLayer;
  nameOf: (neuron: number) => string;
}

/** Gives the layers of the open run that have neurons, before them the input; none while it is not known. */
export function namedLayers(): NamedLayer[] {
  const spec = runs.detail?.spec;
  const shape = spec && shapeOf(spec, outputNames());
  if (!shape) return [];
  const firing = shape.stages.flatMap(({ spiking }, at) => (spiking === null ? [] : [shape.layers[at]]));
  return [shape.layers[0], ...firing].map((layer) => ({
    name: layer.label,
    size: layer.size,
    layer,
    nameOf: (neuron) => nameOf(layer, neuron),
  }));
}

function nameOf(layer: ShapeLayer, neuron: number): string {
  if (layer.classNames) return `${layer.label} ${layer.classNames[neuron] ?? neuron}`;
  if (layer.kind === "hidden" && layer.grid) return `${layer.label} ${placeWithin(layer, neuron)}`;
  return layer.kind === "output" ? `${layer.label} ${neuron}` : `${layer.label} #${neuron}`;
}

/** Gives the names of the classes; their numbers where they have none. */
export function classNames(): string[] {
  const spec = runs.detail?.spec;
  if (!spec) return [];
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  const classes = Math.max(1, Math.floor(outputSize(spec) / spec.training.population));
  return Array.from({ length: classes }, (_, at) => info?.class_names[at] ?? String(at));
}

/** Gives the names of the output neurons: those of the classes, numbered where a population speaks for each. */
export function outputNames(): string[] {
  const each = runs.detail?.spec.training.population ?? 1;
  const names = classNames();
  return each === 1 ? names : names.flatMap((name) => Array.from({ length: each }, (_, at) => `${name} · ${at + 1}`));
}
