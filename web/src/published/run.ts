/** What a published page holds of its run, as `snntrainer3d.exports.published` writes it. */
import type { Curves, Playback, Results, RunSpec } from "../api";
import { shapeOf, type Shape } from "../state";
import { bytesOf, PlayRecord } from "../state/playback";
import { decodeFrame, type Frame } from "../wire";

export interface PublishedRun {
  format: "snntrainer3d/page";
  version: number;
  made_with: string;
  name: string;
  spec: RunSpec;
  recipe_known: boolean;
  data: {
    title: string;
    source: string;
    licence: string;
    class_names: string[];
    train_samples?: number;
    test_samples?: number;
  };
  /** How samples are fed and outputs read, in words; nothing where that is not known. */
  use?: { input?: string; decided?: string };
  cost: { parameters: number; flops: number };
  results: Results | null;
  curves: Pick<Curves, "epochs" | "updates">;
  /** Base64 of a weight frame. */
  frame: string;
  plays: Playback[];
}

/** The run of this page with all that can be drawn of it. */
export interface Opened {
  run: PublishedRun;
  shape: Shape;
  frame: Frame;
  records: PlayRecord[];
  classNames: string[];
}

const FORMAT = "snntrainer3d/page";
const VERSION = 1;

/** Reads the JSON that stands in the page; raises Error with words for a visitor. */
export function openRun(text: string): Opened {
  const run = JSON.parse(text) as PublishedRun;
  if (run.format !== FORMAT || run.version !== VERSION) throw new Error("The page's values are of another release.");
  const shape = shapeOf(run.spec, run.data.class_names);
  if (!shape) throw new Error("The page's network cannot be drawn.");
  const classes = shape.layers[shape.layers.length - 1].size / (run.spec.training.population ?? 1);
  const classNames = Array.from({ length: classes }, (_, at) => run.data.class_names[at] ?? String(at));
  const frame = decodeFrame(bytesOf(run.frame).buffer);
  return { run, shape, frame, records: run.plays.map((play) => new PlayRecord(play)), classNames };
}

/** What an output neuron is called: its class, and which of the population that stands for it. */
export function nameOfOutput(neuron: number, outputs: number, classNames: string[]): string {
  const each = Math.max(1, Math.floor(outputs / classNames.length));
  const name = classNames[Math.floor(neuron / each)] ?? String(neuron);
  return each === 1 ? name : `${name}, ${(neuron % each) + 1} of ${each}`;
}

/** What a sample is called: its class, and where it stands in the data set. */
export function titleOfSample({ answer }: PlayRecord, classNames: string[]): string {
  const truth = classNames[answer.label ?? -1] ?? "?";
  const wrong = answer.label !== null && answer.prediction !== answer.label;
  return `Test sample ${answer.index}: ${truth}${wrong ? `, taken for ${classNames[answer.prediction]}` : ""}`;
}
