/** Reads a network written in one line: `784-100-50-10`, `5x100`, `30>10:5` (a triangle from 30 to 10 in 5 layers). */

export interface QuickEntry {
  sizes: number[];
  fault: string;
}

export const MOST_LAYERS = 200;
const NUMBER = /^\d+$/;
const REPEAT = /^(\d+)\s*[x×*]\s*(\d+)$/i;
const TRIANGLE = /^(\d+)\s*(?:>|→|\.\.)\s*(\d+)(?:\s*:\s*(\d+))?$/;

const fault = (words: string): QuickEntry => ({ sizes: [], fault: words });

export function readSizes(text: string): QuickEntry {
  const parts = text
    .trim()
    .split(/[\s,;–—-]+/)
    .filter(Boolean);
  const sizes: number[] = [];
  for (const part of parts) {
    const read = readPart(part);
    if (read === null) return fault(`“${part}” is not a size. Write sizes like 100-50, 5x100 or 30>10:5.`);
    sizes.push(...read);
    if (sizes.length > MOST_LAYERS) return fault(`At most ${MOST_LAYERS} layers.`);
  }
  if (sizes.some((size) => size < 1)) return fault("A layer has at least one neuron.");
  return { sizes, fault: "" };
}

/**
 * Gives the hidden sizes meant by a line: input and output may be written too, and are then left out where they are
 * those of the data set.
 */
export function readHidden(text: string, input: number, output: number): QuickEntry {
  if (/^none$/i.test(text.trim())) return { sizes: [], fault: "" };
  const read = readSizes(text);
  if (read.fault) return read;
  const sizes = [...read.sizes];
  const whole = sizes.length >= 2 && sizes[0] === input && sizes[sizes.length - 1] === output;
  return { sizes: whole ? sizes.slice(1, -1) : sizes, fault: "" };
}

function readPart(part: string): number[] | null {
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
