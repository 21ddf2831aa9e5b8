import { asApiError, libraryApi, type Fault, type RunRow } from "../../api";
import { recall, remember } from "../storage";
import { COLUMNS, COLUMNS_AT_FIRST, type Value } from "./columns";
import { farConditions, matches, parseQuery, withoutToken, withToken, writeCondition, type Query } from "./query";
import { sorted, type Sort } from "./rows";

const ASK_AFTER = 250;
const KEY = "runs-table";

interface Kept {
  sort: Sort;
  columns: string[];
  archived: boolean;
}

/** A search over the runs, with the order and the columns they are shown in. */
export class Finder {
  search = $state("");
  sort = $state.raw<Sort>({ field: "created_at", descending: true });
  columns = $state.raw<string[]>(COLUMNS_AT_FIRST);
  archived = $state(false);
  /** Runs that fulfil the conditions which only the server can judge; null where there are none. */
  private far = $state.raw<Set<string> | null>(null);
  /** Far field → run → value, of sorting and of columns. */
  values = $state.raw<Record<string, Record<string, Value>>>({});
  asking = $state(false);
  private refused = $state.raw<{ token: string; fault: Fault }[]>([]);

  readonly query: Query = $derived(parseQuery(this.search));
  readonly faults = $derived([...this.query.faults, ...this.refused]);
  readonly found: RunRow[] = $derived.by(() => this.find());
  /** Every run, found or not. */
  readonly all: () => RunRow[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;

  constructor(rows: () => RunRow[], keep = true) {
    this.all = rows;
    const kept = keep ? recall<Partial<Kept>>(KEY) : null;
    if (kept?.sort && typeof kept.sort.field === "string") this.sort = kept.sort;
    if (Array.isArray(kept?.columns) && kept.columns.length > 0) this.columns = kept.columns;
    this.archived = kept?.archived ?? false;
  }

  private find(): RunRow[] {
    const wantsArchived = this.archived || this.query.conditions.some(({ field }) => field === "archived");
    const found = this.all().filter(
      (row) => (wantsArchived || !row.archived) && (this.far?.has(row.id) ?? true) && matches(row, this.query),
    );
    return sorted(found, this.sort, this.values[this.sort.field] ?? null);
  }

  /** Sorts by a column; by the same one again: the other way round. */
  sortBy(field: string): void {
    const kind = COLUMNS[field]?.kind ?? "number";
    const descending = this.sort.field === field ? !this.sort.descending : kind !== "text";
    this.sort = { field, descending };
    this.keep();
  }

  showColumns(columns: string[]): void {
    this.columns = columns;
    this.keep();
  }

  showArchived(archived: boolean): void {
    this.archived = archived;
    this.keep();
  }

  add(field: string, operator: Parameters<typeof writeCondition>[1], value: string): void {
    this.search = withToken(this.search, writeCondition(field, operator, value));
  }

  drop(token: string): void {
    this.search = withoutToken(this.search, token);
  }

  /** Asks the server for what only it knows; to be called when the search, the order, the columns or the runs change. */
  ask(): void {
    clearTimeout(this.timer);
    const conditions = farConditions(this.query);
    const fields = [...new Set([this.sort.field, ...this.columns])].filter((field) => !COLUMNS[field]);
    if (conditions.length === 0 && fields.length === 0) {
      this.asked?.abort();
      this.far = null;
      this.refused = [];
      return;
    }
    this.timer = setTimeout(() => void this.askNow(conditions, fields), ASK_AFTER);
  }

  private async askNow(conditions: Query["conditions"], fields: string[]): Promise<void> {
    this.asked?.abort();
    const asking = new AbortController();
    this.asked = asking;
    this.asking = true;
    const refused: typeof this.refused = [];
    const sets = await Promise.all(conditions.map((one) => this.judge(one, refused, asking.signal)));
    const columns = await Promise.all(fields.map((field) => this.read(field, refused, asking.signal)));
    if (asking.signal.aborted) return;
    this.asking = false;
    this.refused = refused;
    this.values = Object.fromEntries(columns.filter((column) => column !== null));
    const known = sets.filter((set) => set !== null);
    const [first, ...rest] = known;
    this.far = first ? new Set([...first].filter((id) => rest.every((set) => set.has(id)))) : null;
  }

  /** Gives the runs that fulfil one condition. One request each: so a refusal belongs to its condition. */
  private async judge(
    one: Query["conditions"][number],
    refused: typeof this.refused,
    signal: AbortSignal,
  ): Promise<Set<string> | null> {
    try {
      const where = [`${one.field}${one.operator}${one.value}`];
      const { runs } = await libraryApi.find({ where, sort: null }, signal);
      const held = new Set(runs.map((row) => row.id));
      return one.not ? new Set(this.all().flatMap((row) => (held.has(row.id) ? [] : [row.id]))) : held;
    } catch (thrown) {
      if (!signal.aborted) refused.push({ token: one.token, fault: faultOf(thrown, one.field) });
      return null;
    }
  }

  private async read(
    field: string,
    refused: typeof this.refused,
    signal: AbortSignal,
  ): Promise<[string, Record<string, Value>] | null> {
    try {
      const { values } = await libraryApi.find({ where: [], sort: field }, signal);
      return [field, (values ?? {}) as Record<string, Value>];
    } catch (thrown) {
      if (!signal.aborted) refused.push({ token: field, fault: faultOf(thrown, field) });
      return null;
    }
  }

  private keep(): void {
    const { sort, columns, archived } = this;
    remember(KEY, { sort, columns, archived } satisfies Kept);
  }
}

function faultOf(thrown: unknown, field: string): Fault {
  const { message, hint, faults } = asApiError(thrown);
  return faults[0] ? { ...faults[0], path: field } : { path: field, message, hint };
}
