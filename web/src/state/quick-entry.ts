/**
 * Reads a network written in one line: `784-100-50-10`, `5x100`, `30>10:5` (a triangle from 30 to 10 in 5 layers), and
 * with other layers as titles name them: `28×28-16c5-mp2-100r-10`.
 */
import { LAYER_FIELDS } from "./fields";
import { planOf, takesMaps, type Plan } from "./layer-kinds";

export interface QuickEntry {
  layers: Plan[];
  fault: string;
}

export const MOST_LAYERS = 200;
const MOST_NEURONS = LAYER_FIELDS.dense.size.max;
const NUMBER = /^\d+$/;
const REPEAT = /^(\d+)\s*[x×*]\s*(\d+)$/i;
const TRIANGLE = /^(\d+)\s*(?:>|→|\.\.)\s*(\d+)(?:\s*:\s*(\d+))?$/;

const SHAPE = /^\d+(?:[x×*]\d+){1,2}$/i;
/** Two dashes or commas with no layer between them. */
const GAP = /[,;–—-]\s*[,;–—-]/;
const fault = (words: string): QuickEntry => ({ layers: [], fault: words });

function gapIn(text: string): QuickEntry | null {
  const gap = GAP.exec(text);
  return gap && fault(`Between the two signs of “${gap[0]}” a layer is missing.`);
}

export function readLayers(text: string): QuickEntry {
  const gap = gapIn(text);
  if (gap) return gap;
  const parts = text
    .trim()
    .split(/[\s,;–—-]+/)
    .filter(Boolean);
  const layers: Plan[] = [];
  for (const part of parts) {
    const read = readPart(part);
    if (read === null)
      return fault(`“${part}” is no layer. Write sizes like 100-50, 5x100 or 30>10:5, or 16c5-mp2-100r.`);
    layers.push(...read);
    if (layers.length > MOST_LAYERS) return fault(`At most ${MOST_LAYERS} layers.`);
  }
  const counts = layers.flatMap(({ size, channels, kernel }) => [size, channels, kernel]);
  if (counts.some((count) => count !== undefined && count < 1)) return fault("A layer has at least one neuron.");
  if (layers.some(({ size }) => size !== undefined && size > MOST_NEURONS))
    return fault(`A layer has at most ${MOST_NEURONS.toLocaleString("en-US")} neurons.`);
  return { layers, fault: "" };
}

/**
 * Gives the layers before the output that a line means: input and output may be written too, and are then left out
 * where they are those of the data set. Rows of sizes alone may be hidden layers; what has other layers ends with the
 * output where it ends with its size, as titles do.
 */
export function readHidden(text: string, shape: readonly number[], output: number): QuickEntry {
  if (/^none$/i.test(text.trim())) return { layers: [], fault: "" };
  const gap = gapIn(text);
  if (gap) return gap;
  const [first, ...rest] = text.trim().split(/[\s,;–—-]+/);
  // A picture's sides before the first layer say what goes in, unless they are meant as rows of a size.
  const sides = shape.slice(-2).join("x");
  const given = first.replace(/[×*]/g, "x").toLowerCase();
  const pictured = SHAPE.test(first) && (given === sides || given === shape.join("x")) && rest.length > 0;
  if (SHAPE.test(first) && !pictured && rest.some((part) => takesMaps(planOf(part)?.kind ?? "dense")))
    return fault(`“${first}” is not what the data set gives: ${shape.join("×")}. Leave it out, or write that.`);
  const read = readLayers(
    pictured
      ? text
          .trim()
          .slice(first.length)
          .replace(/^\s*[,;–—-]?/, "")
      : text,
  );
  if (read.fault) return read;
  const layers = [...read.layers];
  const last = layers[layers.length - 1];
  const input = shape.reduce((a, b) => a * b, 1);
  const begins = layers[0]?.kind === "dense" && layers[0].size === input;
  const ends = last?.kind === "dense" && last.size === output;
  const titled = pictured || layers.some(({ kind }) => kind !== "dense");
  if (titled) return { layers: layers.slice(begins && !pictured ? 1 : 0, ends ? -1 : undefined), fault: "" };
  return { layers: layers.length >= 2 && begins && ends ? layers.slice(1, -1) : layers, fault: "" };
}

const dense = (size: number): Plan => ({ kind: "dense", size });

function readPart(part: string): Plan[] | null {
  const plan = planOf(part);
  if (plan) return [plan];
  return readSizes(part)?.map(dense) ?? null;
}

function readSizes(part: string): number[] | null {
  if (NUMBER.test(part)) return [Number(part)];
  const repeat = REPEAT.exec(part);
  if (repeat) {
    const [, count, size] = repeat;
    return Array.from({ length: Math.min(Number(count), MOST_LAYERS + 1) }, () => Number(size));
  }
  const triangle = TRIANGLE.exec(part);
  if (!triangle) return null;
  const [from, to] = [Number(triangle[1]), Number(triangle[2])];
  const count = Math.min(Number(triangle[3] ?? 5), MOST_LAYERS + 1);
  if (count < 2) return [from];
  return Array.from({ length: count }, (_, at) => Math.round(from + ((to - from) * at) / (count - 1)));
}
