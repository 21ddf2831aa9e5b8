/** What a small plot is made of: axes with round numbers, and paths of its lines. Pure. */

export interface PlotLine {
  name: string;
  /** A colour of the theme: --series-1. */
  colour: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Joined from point to point, or in pairs of points. */
  form?: "line" | "segments";
  dashed?: boolean;
}

export interface Axis {
  low: number;
  high: number;
  ticks: number[];
}

const MOST_TICKS = 5;

/** Gives round numbers within bounds, 1, 2 or 5 times a power of ten apart. */
export function ticksBetween(low: number, high: number, most = MOST_TICKS): number[] {
  const rough = (high - low) / most;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** Gives an axis that holds all finite values, with a little room beyond them. */
export function axisOf(values: Iterable<number>, room = 0.06): Axis {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = [0, 1];
  const span = high - low || Math.abs(high) || 1;
  const bounds = high === low ? [low - span / 2, high + span / 2] : [low - room * span, high + room * span];
  return { low: bounds[0], high: bounds[1], ticks: ticksBetween(bounds[0], bounds[1]) };
}

export const axisBetween = (low: number, high: number): Axis => ({ low, high, ticks: ticksBetween(low, high) });

const short = (value: number): string => String(Number(value.toFixed(1)));

/** Gives the path of a line; where a value is no number the line is broken. */
export function pathOf({ x, y, form }: PlotLine, toX: (x: number) => number, toY: (y: number) => number): string {
  const parts: string[] = [];
  let isOpen = false;
  for (let at = 0; at < y.length; at += 1) {
    const whole = Number.isFinite(x[at]) && Number.isFinite(y[at]);
    const begins = form === "segments" ? at % 2 === 0 : !isOpen;
    isOpen = whole;
    if (whole) parts.push(`${begins ? "M" : "L"}${short(toX(x[at]))} ${short(toY(y[at]))}`);
  }
  return parts.join("");
}

/** Writes a number at an axis. */
export function tickText(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(0).replace("e+", "e") : String(Number(value.toPrecision(6)));
}

/** Gives the bytes of base64 as float32, little-endian. */
export function floatsOf(text: string): Float32Array {
  const letters = atob(text);
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
