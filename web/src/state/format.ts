/** How numbers and times are written: one way throughout the page. */

export const MISSING = "–";

const grouped = new Intl.NumberFormat("en-US");

export const count = (value: number | null | undefined): string =>
  value == null || !Number.isFinite(value) ? MISSING : grouped.format(Math.round(value));

/** Gives names as a sentence has them: 0, 1 and 8. */
export const enumerated = (names: readonly (string | number)[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** Gives a fault as a whole sentence: what the server says of a field goes without the field's name. */
export const saidOf = (subject: string, message: string): string =>
  /^(is|has|takes|looks|needs|moves|holds|comes|goes)\b/.test(message) ? `${subject} ${message}` : message;

/** 1 sample, 2 samples; another plural where it is not made with an s. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** 79,510 → 79.5 k; 158.8 M; whole below a thousand. */
export function short(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return MISSING;
  for (const [size, mark] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (Math.abs(value) >= size) return `${(value / (mark === "k" ? 1e3 : size)).toPrecision(3)} ${mark}`;
  }
  return grouped.format(Math.round(value));
}

/** A fraction 0–1 as percent. */
export const percent = (share: number | null | undefined, digits = 2): string =>
  share == null || !Number.isFinite(share) ? MISSING : `${(100 * share).toFixed(digits)} %`;

const RAISED: Record<string, string> = Object.fromEntries(
  [..."-0123456789"].map((sign, at) => [sign, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[at]]),
);

/** 0.000000596 → 5.96·10⁻⁷. */
export const scientific = (value: number, digits = 2): string =>
  value
    .toExponential(digits)
    .replace(/e\+?(.+)/, (_, power: string) => `·10${[...power].map((sign) => RAISED[sign]).join("")}`);

export function decimal(value: number | null | undefined, digits = 3): string {
  if (value == null || !Number.isFinite(value)) return MISSING;
  const size = Math.abs(value);
  if (size !== 0 && (size < 10 ** -digits || size >= 1e6)) return scientific(value);
  return value.toFixed(digits);
}

/** A signed weight, with a true minus sign. */
export const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(4)}`;

export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return MISSING;
  if (seconds < 1) return "< 1 s";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toPrecision(3)} kB`;
  return value < 1e9 ? `${(value / 1e6).toPrecision(3)} MB` : `${decimal(value / 1e9, value < 1e11 ? 1 : 0)} GB`;
}

/** Reads the server's times: seconds since 1970, or ISO text. */
export function asDate(value: string | number | null | undefined): Date | null {
  if (value == null) return null;
  const date = typeof value === "number" ? new Date(value * 1000) : new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function ago(value: string | number | null | undefined, now = Date.now()): string {
  const date = asDate(value);
  if (!date) return MISSING;
  const seconds = Math.max(0, (now - date.getTime()) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return date.toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

export function clock(value: string | number | null | undefined): string {
  return asDate(value)?.toLocaleString() ?? MISSING;
}
