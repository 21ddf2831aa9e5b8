/** Values as a person types them into a study, and back. Pure. */

export interface Read {
  values: unknown[];
  /** What could not be read, in words; empty where all could. */
  fault: string;
}

/** More values than this of one field are a slip, not a plan. */
export const MOST_VALUES = 500;

const NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?";
const RANGE = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.|…)\\s*(${NUMBER})(?:\\s*(by|in)\\s*(${NUMBER}))?$`, "i");
const WORDS: Record<string, unknown> = { yes: true, true: true, no: false, false: false, none: null, null: null };

/**
 * Reads a list such as `0.001, 0.002`, `0..11`, `0.8..0.95 by 0.05`, `1e-4..1e-2 in 5` (equal factors), `leaky, alpha`.
 * With `sizes`, every entry is a list of sizes: `50, 100-50, none`.
 */
export function readValues(text: string, sizes = false): Read {
  const values: unknown[] = [];
  for (const token of splitList(text)) {
    const read = sizes ? readSizes(token) : readToken(token);
    if (read.fault) return { values, fault: read.fault };
    values.push(...read.values);
    if (values.length > MOST_VALUES) return { values, fault: `These are more than ${MOST_VALUES} values.` };
  }
  return { values, fault: "" };
}

/** Splits at commas and line ends that are not inside brackets. */
function splitList(text: string): string[] {
  const tokens: string[] = [];
  let depth = 0;
  let token = "";
  for (const mark of text) {
    if (mark === "[") depth += 1;
    if (mark === "]") depth -= 1;
    if (depth === 0 && (mark === "," || mark === ";" || mark === "\n")) {
      tokens.push(token);
      token = "";
    } else token += mark;
  }
  return [...tokens, token].map((one) => one.trim()).filter(Boolean);
}

function readToken(token: string): Read {
  const range = RANGE.exec(token);
  if (range) return readRange(range);
  const word = token.toLowerCase();
  if (word in WORDS) return { values: [WORDS[word]], fault: "" };
  if (/^[[{"]/.test(token)) {
    try {
      return { values: [JSON.parse(token)], fault: "" };
    } catch {
      return { values: [], fault: `${token} is no JSON.` };
    }
  }
  const value = Number(token);
  return { values: [Number.isFinite(value) ? value : token], fault: "" };
}

function readRange([all, from, to, how, by]: RegExpExecArray): Read {
  const [low, high, step] = [Number(from), Number(to), by === undefined ? 1 : Number(by)];
  const fault = (words: string): Read => ({ values: [], fault: `${all}: ${words}` });
  if (high < low) return fault("the first number must be the smaller one.");
  if (how?.toLowerCase() === "in") {
    if (!Number.isInteger(step) || step < 2) return fault("in how many values? Give 2 or more.");
    if (low <= 0) return fault("equal factors need numbers above 0; write `by` for equal steps.");
    if (step > MOST_VALUES) return fault(`these are more than ${MOST_VALUES} values.`);
    const factor = (high / low) ** (1 / (step - 1));
    return { values: Array.from({ length: step }, (_, at) => rounded(low * factor ** at)), fault: "" };
  }
  if (step <= 0) return fault("the step must be above 0.");
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  if (count > MOST_VALUES) return fault(`these are more than ${MOST_VALUES} values.`);
  return { values: Array.from({ length: count }, (_, at) => rounded(low + at * step)), fault: "" };
}

/** Without the crumbs of binary fractions: 0.8 + 2·0.05 is 0.9. */
const rounded = (value: number): number => Number(value.toPrecision(6));

function readSizes(token: string): Read {
  if (/^(none|\[\s*\])$/i.test(token)) return { values: [[]], fault: "" };
  const sizes = token
    .replace(/[[\]]/g, "")
    .split(/[-–,\s]+/)
    .filter(Boolean)
    .map(Number);
  const right = sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0);
  return right
    ? { values: [sizes], fault: "" }
    : { values: [], fault: `${token}: write sizes such as 100 or 100-50, or none.` };
}

/** Writes values so that `readValues` gives them back. */
export function writeValues(values: readonly unknown[], sizes = false): string {
  return values.map((value) => writeValue(value, sizes)).join(", ");
}

export function writeValue(value: unknown, sizes = false): string {
  if (sizes && Array.isArray(value)) return value.length > 0 ? value.join("-") : "none";
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Reads seeds: whole numbers from 0, each once; `0..11` for twelve. */
export function readSeeds(text: string): { seeds: number[]; fault: string } {
  const { values, fault } = readValues(text);
  if (fault) return { seeds: [], fault };
  const wrong = values.find((value) => typeof value !== "number" || !Number.isInteger(value) || value < 0);
  if (wrong !== undefined) return { seeds: [], fault: `${String(wrong)} is no seed: give whole numbers from 0.` };
  if (values.length === 0) return { seeds: [], fault: "Give one seed at least." };
  const seeds = values as number[];
  if (new Set(seeds).size < seeds.length)
    return { seeds, fault: "A seed comes twice: the same run again is no evidence." };
  return { seeds, fault: "" };
}

/** Writes seeds, a run of numbers as a range. */
export function writeSeeds(seeds: readonly number[]): string {
  const isRun = seeds.length > 2 && seeds.every((seed, at) => seed === seeds[0] + at);
  return isRun ? `${seeds[0]}..${seeds[seeds.length - 1]}` : seeds.join(", ");
}
