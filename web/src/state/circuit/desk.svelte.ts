import { api, ApiError, asApiError, type CircuitCard, type SimulateCircuit, type Simulation } from "../../api";

const ASKED_EVERY_MS = 400;

/** A run's circuit and the simulation that was begun here. */
export class CircuitDesk {
  card = $state.raw<CircuitCard | null>(null);
  simulation = $state.raw<Simulation | null>(null);
  fault = $state("");
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = new AbortController();

  constructor(private readonly run: string) {
    api.circuit(run, this.stopped.signal).then(
      (card) => (this.card = card),
      (thrown: unknown) => this.tell(thrown),
    );
  }

  get running(): boolean {
    return this.simulation?.status === "running";
  }

  async begin(wanted: SimulateCircuit): Promise<void> {
    this.fault = "";
    this.simulation = null;
    try {
      this.take(await api.simulate(this.run, wanted));
    } catch (thrown) {
      this.tell(thrown);
    }
  }

  async cancel(): Promise<void> {
    if (!this.simulation) return;
    clearTimeout(this.timer);
    try {
      this.take(await api.cancelSimulation(this.run, this.simulation.id));
    } catch (thrown) {
      this.tell(thrown);
    }
  }

  /** Ask no more; what runs goes on at the server. */
  dispose(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  private take(found: Simulation): void {
    if (this.stopped.signal.aborted) return;
    this.simulation = found;
    this.fault = found.error ? [found.error.message, found.error.hint].filter(Boolean).join(" ") : "";
    if (found.status === "running") this.timer = setTimeout(() => void this.ask(found.id), ASKED_EVERY_MS);
  }

  private async ask(id: string): Promise<void> {
    try {
      this.take(await api.simulation(this.run, id));
    } catch (thrown) {
      this.tell(thrown);
    }
  }

  private tell(thrown: unknown): void {
    if (this.stopped.signal.aborted) return;
    const error: ApiError = asApiError(thrown);
    this.fault = error.text;
  }
}
