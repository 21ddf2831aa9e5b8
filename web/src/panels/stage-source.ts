/** What the stage shows now: a network's shape, and the weights that belong to it. */
import {
  editable,
  otherKinds,
  placeholderWeights,
  runs,
  session,
  shapeOf,
  sizesOf,
  weights,
  workbench,
  type LayerWeights,
  type Shape,
} from "../state";
import type { RunSpec } from "../api";

export interface Source {
  spec: RunSpec;
  shape: Shape;
  /** Of the run whose frames fit; null for a design. */
  run: string | null;
  /** Whether the weights are those of a run that the design's training will start from. */
  starting: boolean;
}

/** Above this many weights no illustration is made up before training: it would only cost memory. */
const MOST_ILLUSTRATED = 20_000_000;

export function currentSource(): Source | null {
  const detail = session.stage === "run" ? runs.detail : null;
  const spec = detail ? editable(detail.spec) : workbench.spec;
  if (!spec) return null;
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  const shape = shapeOf(spec, info?.class_names ?? []);
  const starting = detail === null && workbench.from !== null && workbench.from.id === runs.openId;
  return shape && { spec, shape, run: starting ? runs.openId : (detail?.id ?? null), starting };
}

/** Why nothing is drawn, in words. */
export function whyNothing(): string {
  const detail = session.stage === "run" ? runs.detail : null;
  if (detail && !editable(detail.spec))
    return `This network has layers of ${otherKinds(detail.spec)}, which are not drawn yet. Its curves and results are beside.`;
  return "A layer's size is no whole number above zero: mend it to see the network.";
}

/** The newest frame's weights where they fit the source, else made-up ones. */
export function currentWeights(source: Source): { layers: LayerWeights[]; illustrated: boolean } {
  const frame = weights.feed.latest;
  if (source.run && frame && fits(source.shape, frame.layers)) return { layers: frame.layers, illustrated: false };
  const sizes = sizesOf(source.spec) ?? [];
  const count = source.shape.connections.reduce((sum, block) => sum + block.rows * block.columns, 0);
  return { layers: count > MOST_ILLUSTRATED ? [] : placeholderWeights(sizes), illustrated: true };
}

export function fits(shape: Shape, layers: { rows: number; columns: number }[]): boolean {
  return (
    layers.length === shape.connections.length &&
    layers.every(({ rows, columns }, at) => {
      const block = shape.connections[at];
      return rows === block.rows && columns === block.columns;
    })
  );
}

export const largestWeight = (layers: LayerWeights[]): number =>
  layers.reduce((most, layer) => Math.max(most, 127 * layer.scale), 0);
