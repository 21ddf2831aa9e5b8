/** The search over runs: words, and conditions such as `accuracy>97% neuron:leaky -tag:old`. */
import type { Fault, RunRow } from "../../api";
import { STATUS_WORDS } from "../words";
import { ALIASES, COLUMNS, isFar, type Column, type Value } from "./columns";

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~";

export interface Condition {
  /** A column's key, or a dotted field that the server knows. */
  field: string;
  operator: Operator;
  value: string;
  /** The condition must not hold. */
  not: boolean;
  /** As it was typed. */
  token: string;
}

export interface Query {
  words: { text: string; not: boolean }[];
  conditions: Condition[];
  faults: { token: string; fault: Fault }[];
}

const TOKEN = /(?:[^\s"]+|"[^"]*"?)+/g;
const CONDITION = /^(-?)([A-Za-z_][\w.[\]*]*)(<=|>=|!=|[:=<>~])(.+)$/;

export const tokensOf = (search: string): string[] => search.match(TOKEN) ?? [];

export function parseQuery(search: string): Query {
  const query: Query = { words: [], conditions: [], faults: [] };
  for (const token of tokensOf(search)) takeToken(query, token);
  return query;
}

function takeToken(query: Query, token: string): void {
  const found = CONDITION.exec(token);
  if (!found) {
    const not = token.length > 1 && token.startsWith("-");
    const text = unquoted(not ? token.slice(1) : token).toLowerCase();
    if (text) query.words.push({ text, not });
    return;
  }
  const [, minus, typed, sign, rest] = found;
  const field = ALIASES[typed] ?? typed;
  const condition = {
    field,
    operator: operatorFor(field, sign, rest),
    value: unquoted(rest),
    not: minus === "-",
    token,
  };
  const fault = faultOf(condition, typed);
  if (fault) query.faults.push({ token, fault });
  else query.conditions.push(condition);
}

/** A colon asks for what a person would expect: words that hold it, numbers that equal it. */
function operatorFor(field: string, sign: string, value: string): Operator {
  if (sign !== ":") return sign as Operator;
  const column = COLUMNS[field];
  const isNumber = column ? column.kind !== "text" : Number.isFinite(Number(value));
  return isNumber ? "=" : "~";
}

function faultOf(condition: Condition, typed: string): Fault | null {
  const column = COLUMNS[condition.field];
  if (!column) return isFar(condition.field) ? null : unknown(typed);
  if (column.kind === "text" || condition.operator === "~") return null;
  return readValue(column, condition.value) === null
    ? { path: typed, message: `${condition.value} is no ${KIND_WORDS[column.kind]}.`, hint: "" }
    : null;
}

const KIND_WORDS = {
  text: "text",
  number: "number",
  share: "number or per cent",
  seconds: "time: give seconds, or 5m, 2h, 3d",
  time: "date: give one as 2026-01-31, or an age as 2h or 7d",
  flag: "yes or no",
} as const;

function unknown(typed: string): Fault {
  const names = [...Object.keys(COLUMNS), ...Object.keys(ALIASES)];
  const close = names.filter((name) => distance(name, typed.toLowerCase()) <= Math.max(1, typed.length / 4));
  const hint = close.length > 0 ? `Did you mean ${close.join(" or ")}?` : "Add a filter to choose from all fields.";
  return { path: typed, message: `There is no field ${typed}.`, hint };
}

/** Edits that make one word of another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
    row = next;
  }
  return row[b.length];
}

const unquoted = (text: string): string => text.replaceAll('"', "");
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Reads a typed value as the column's: 97 % of a share is 0.97, 2h are seconds; null where it is none. */
export function readValue(column: Column, typed: string, now = Date.now() / 1000): number | boolean | null {
  const text = typed.trim().toLowerCase();
  if (column.kind === "flag") {
    if (["yes", "true", "1"].includes(text)) return true;
    return ["no", "false", "0"].includes(text) ? false : null;
  }
  const lasting = /^([\d.]+)\s*([smhdw])$/.exec(text);
  if (lasting && (column.kind === "seconds" || column.kind === "time")) {
    const seconds = Number(lasting[1]) * SECONDS[lasting[2] as keyof typeof SECONDS];
    return column.kind === "time" ? now - seconds : seconds;
  }
  if (column.kind === "time") {
    const at = Date.parse(typed);
    return Number.isNaN(at) ? null : at / 1000;
  }
  const value = Number(text.replace(/\s*%$/, "").replace(/(?<=\d)[,_](?=\d{3}\b)/g, ""));
  if (text === "" || !Number.isFinite(value)) return null;
  return column.kind === "share" && (text.endsWith("%") || value > 1) ? value / 100 : value;
}

/** Tells whether a run is found; conditions on far fields are the server's. */
export function matches(row: RunRow, query: Query): boolean {
  return (
    query.words.every(({ text, not }) => haystack(row).includes(text) !== not) &&
    query.conditions.every((one) => {
      const column = COLUMNS[one.field];
      return !column || holds(column, column.value(row), one) !== one.not;
    })
  );
}

const haystacks = new WeakMap<RunRow, string>();
function haystack(row: RunRow): string {
  let text = haystacks.get(row);
  if (text === undefined) {
    const parts = [row.name, row.dataset, row.title, ...row.neurons, row.status, STATUS_WORDS[row.status], ...row.tags];
    text = parts.join(" ").toLowerCase();
    haystacks.set(row, text);
  }
  return text;
}

function holds(column: Column, value: Value, { operator, value: typed }: Condition): boolean {
  if (operator === "~")
    return String(value ?? "")
      .toLowerCase()
      .includes(typed.toLowerCase());
  if (column.kind === "text") return compareText(String(value), typed, operator);
  const wanted = readValue(column, typed);
  if (value === null || wanted === null) return operator === "!=";
  return compareNumbers(Number(value), Number(wanted), operator);
}

function compareText(value: string, typed: string, operator: Operator): boolean {
  const wanted = typed.toLowerCase();
  // A list such as the tags holds what one of its parts is.
  const same = value.toLowerCase() === wanted || value.toLowerCase().split(/, |\+/).includes(wanted);
  if (operator === "=" || operator === "!=") return same === (operator === "=");
  const order = value.localeCompare(typed, "en", { numeric: true });
  return compareNumbers(order, 0, operator);
}

function compareNumbers(a: number, b: number, operator: Operator): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "!=":
      return a !== b;
    default:
      return a === b;
  }
}

/** The conditions that only the server can judge, as its query wants them. */
export const farConditions = (query: Query): Condition[] => query.conditions.filter((one) => !COLUMNS[one.field]);

/** Writes a condition as it would be typed. */
export function writeCondition(field: string, operator: Operator, value: string): string {
  const quoted = /[\s"]/.test(value) ? `"${unquoted(value)}"` : value;
  return `${field}${operator}${quoted}`;
}

export const withToken = (search: string, token: string): string => [search.trim(), token].filter(Boolean).join(" ");

export function withoutToken(search: string, token: string): string {
  const tokens = tokensOf(search);
  const at = tokens.indexOf(token);
  return tokens.filter((_, place) => place !== at).join(" ");
}
