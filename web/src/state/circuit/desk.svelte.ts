import {
  api,
  ApiError,
  asApiError,
  type CircuitCard,
  type CircuitReport,
  type SimulateCircuit,
  type Simulation,
} from "../../api";
import { textOf } from "../playback/base64";
import { merged } from "./merged";

/** In place of a number that the server gave. */
export const HERE = "";
const ASKED_EVERY_MS = 400;

/** What simulates a netlist in the page. */
export interface Simulator {
  simulate(netlist: string): Promise<{ nodes: string[]; times: Float32Array; values: Float32Array }>;
  cancel(): void;
}

/** A run's circuit and the simulation that was begun here. */
export class CircuitDesk {
  card = $state.raw<CircuitCard | null>(null);
  simulation = $state.raw<Simulation | null>(null);
  fault = $state("");
  private here: Simulator | null = null;
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

  /** Simulate in the page, sample by sample; the server writes the netlists and measures what came of them. */
  async beginHere({ form = "vccs", samples }: SimulateCircuit, simulator: Simulator): Promise<void> {
    const begun = performance.now();
    const reports: CircuitReport[] = [];
    const tell = (status: Simulation["status"], report: CircuitReport | null = null): void => {
      const [share, seconds] = [reports.length / samples.length, (performance.now() - begun) / 1000];
      this.simulation = { id: HERE, run: this.run, form, status, share, seconds, error: null, report };
    };
    this.fault = "";
    this.here = simulator;
    tell("running");
    try {
      for (const sample of samples) {
        reports.push(await this.simulatedHere(form, sample, simulator));
        tell("running");
      }
      tell("done", merged(reports));
    } catch (thrown) {
      tell("failed");
      if (!this.stopped.signal.aborted) this.fault = thrown instanceof ApiError ? thrown.text : String(thrown);
    } finally {
      this.here = null;
    }
  }

  private async simulatedHere(
    form: NonNullable<SimulateCircuit["form"]>,
    sample: number,
    simulator: Simulator,
  ): Promise<CircuitReport> {
    const { netlist } = await api.netlist(this.run, form, sample);
    const begun = performance.now();
    const { nodes, times, values } = await simulator.simulate(netlist);
    const seconds = (performance.now() - begun) / 1000;
    const bytes = (floats: Float32Array) => textOf(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
    const waves = { nodes, times: bytes(times), values: bytes(values) };
    return api.measureCircuit(this.run, { form, sample, seconds, ...waves });
  }

  async cancel(): Promise<void> {
    if (this.here) return this.here.cancel();
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
    this.here?.cancel();
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
