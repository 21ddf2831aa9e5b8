/** What the stage shows now: a network's shape, and the weights that belong to it. */
import {
  placeholderWeights,
  runs,
  session,
  shapeOf,
  shownShape,
  tooLarge,
  weights,
  workbench,
  type LayerWeights,
  type Shape,
  type ShapeConnection,
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
  const spec = detail ? detail.spec : workbench.spec;
  const info = workbench.datasets.find((row) => row.name === spec.training.dataset);
  const shape = shapeOf(spec, info?.class_names ?? []);
  const starting = detail === null && workbench.from !== null && workbench.from.id === runs.openId;
  return shape && { spec, shape, run: starting ? runs.openId : (detail?.id ?? null), starting };
}

/** Why nothing is drawn, in words. */
export function whyNothing(): string {
  const [fault] = workbench.flow.faults;
  if (!fault && tooLarge(workbench.spec.network))
    return "A layer has more neurons than can be trained or drawn: make it smaller to see the network.";
  if (!fault) return "A layer's size is no whole number above zero: mend it to see the network.";
  const at = Number(/\d+/.exec(fault.path)?.[0] ?? 0);
  const takes = workbench.flow.layers[at].takes;
  const given = takes ? ` of ${shownShape(takes)}` : "";
  return `Layer ${at + 1} cannot take its input${given}: mend it to see the network. ${fault.hint}`;
}

/** The blocks of weights that are learned, in the order of a frame. */
export const learnedBlocks = (shape: Shape): ShapeConnection[] =>
  shape.connections.filter(({ matrix }) => matrix !== null);

/** The newest frame's weights where they fit the source, else made-up ones; in the order of a frame. */
export function currentWeights(source: Source): { layers: LayerWeights[]; illustrated: boolean } {
  const frame = weights.feed.latest;
  if (source.run && frame && fits(source.shape, frame.layers)) return { layers: frame.layers, illustrated: false };
  const blocks = learnedBlocks(source.shape);
  const count = blocks.reduce((sum, block) => sum + block.rows * block.columns, 0);
  return { layers: count > MOST_ILLUSTRATED ? [] : placeholderWeights(blocks), illustrated: true };
}

/** Gives what the view draws: a frame's matrices, and for what learns nothing, as pooling, windows of equal weights. */
export function drawnWeights(shape: Shape, layers: LayerWeights[]): LayerWeights[] {
  return shape.connections.map(({ matrix, rows, columns }) =>
    matrix === null
      ? { values: new Int8Array(rows * columns).fill(127), rows, columns, scale: 1 / columns / 127 }
      : layers[matrix],
  );
}

export function fits(shape: Shape, layers: { rows: number; columns: number }[]): boolean {
  const blocks = learnedBlocks(shape);
  return (
    layers.length === blocks.length &&
    layers.every(({ rows, columns }, at) => rows === blocks[at].rows && columns === blocks[at].columns)
  );
}

export const largestWeight = (layers: LayerWeights[]): number =>
  layers.reduce((most, layer) => Math.max(most, 127 * layer.scale), 0);
