import {
  api,
  ApiError,
  asApiError,
  libraryApi,
  type Comparison,
  type RunMeasurement,
  type Curves,
  type RunDetail,
} from "../../api";

const POINTS = 500;

type Known<T> = Record<string, T>;

/** The runs that are compared, with all that has been read of them; what was read once is not read again. */
export class Comparing {
  ids = $state.raw<string[]>([]);
  details = $state.raw<Known<RunDetail>>({});
  curves = $state.raw<Known<Curves>>({});
  measured = $state.raw<Known<RunMeasurement>>({});
  comparison = $state.raw<Comparison | null>(null);
  /** What could not be read of a run, and why. */
  faults = $state.raw<Known<string>>({});
  /** Why there is no comparison. */
  refused = $state.raw<ApiError | null>(null);
  comparing = $state(false);
  /** The run that is measured now; empty when all are. */
  measuring = $state("");
  /** Runs that are gone or cannot be read are left out of everything. */
  readonly known = $derived(this.ids.filter((id) => id in this.details));

  private asked: AbortController | null = null;
  private readonly listeners = new Set<() => void>();

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Turns to these runs and reads what is not known of them yet. */
  async take(ids: string[]): Promise<void> {
    this.asked?.abort();
    const asking = new AbortController();
    this.asked = asking;
    this.ids = ids;
    this.comparison = null;
    this.refused = null;
    this.measuring = "";
    await Promise.all(ids.map((id) => this.read(id, asking.signal)));
    if (asking.signal.aborted) return;
    this.tell();
    await this.compare(asking.signal);
    await this.measureAll(asking.signal);
  }

  close(): void {
    this.asked?.abort();
  }

  private async read(id: string, signal: AbortSignal): Promise<void> {
    try {
      // A run that trains has more to say each time.
      const [detail, curves] = await Promise.all([api.run(id, signal), libraryApi.curves(id, POINTS, signal)]);
      this.details = { ...this.details, [id]: detail };
      this.curves = { ...this.curves, [id]: curves };
      this.forget(id);
      this.tell();
    } catch (thrown) {
      if (!signal.aborted) this.faults = { ...this.faults, [id]: asApiError(thrown).text };
    }
  }

  private async compare(signal: AbortSignal): Promise<void> {
    const tested = this.known.filter((id) => this.details[id].results?.test);
    if (tested.length < 2) return;
    this.comparing = true;
    try {
      const comparison = await libraryApi.compare(tested, signal);
      if (!signal.aborted) this.comparison = comparison;
    } catch (thrown) {
      if (!signal.aborted) this.refused = asApiError(thrown);
    } finally {
      if (!signal.aborted) this.comparing = false;
    }
  }

  private async measureAll(signal: AbortSignal): Promise<void> {
    for (const id of this.known) {
      if (signal.aborted) return;
      if (id in this.measured || !this.details[id].results?.test) continue;
      this.measuring = id;
      try {
        const measured = await libraryApi.measure(id, signal);
        if (signal.aborted) return;
        this.measured = { ...this.measured, [id]: measured };
        this.tell();
      } catch (thrown) {
        if (!signal.aborted) this.faults = { ...this.faults, [id]: asApiError(thrown).text };
      }
    }
    if (!signal.aborted) this.measuring = "";
  }

  private forget(id: string): void {
    if (!(id in this.faults)) return;
    const { [id]: _, ...rest } = this.faults;
    this.faults = rest;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
