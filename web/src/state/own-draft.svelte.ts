import { asApiError, benchApi, type BenchAnswer, type Fault, type NeuronCheck, type OwnNeuron } from "../api";
import { renamed } from "./own-neuron";

/** What the neuron is tried with beside the editor. */
const TRIED_STEPS = 100;

export interface Marked extends Fault {
  /** The line of the step, from 0; null where the fault is elsewhere. */
  line: number | null;
}

/** Gives faults with the line of the step that they stand in. */
export const marked = (faults: readonly Fault[]): Marked[] =>
  faults.map((fault) => {
    const found = /^step\[(\d+)\]/.exec(fault.path);
    return { ...fault, line: found ? Number(found[1]) : null };
  });

/** A neuron that is being written: its document, what is wrong with it, and what it does with a step of current. */
export class OwnDraft {
  neuron = $state.raw<OwnNeuron>() as OwnNeuron;
  /** Of the newest document that was checked. */
  check = $state.raw<NeuronCheck | null>(null);
  answer = $state.raw<BenchAnswer | null>(null);
  current = $state(0.3);
  /** Why it could not be checked. */
  failure = $state("");
  isChecked = $state(false);
  private isAsking = false;
  private isChanged = false;

  constructor(
    neuron: OwnNeuron,
    private readonly ask = { check: benchApi.check, bench: benchApi.bench },
  ) {
    this.neuron = neuron;
  }

  readonly faults: Marked[] = $derived(marked(this.check?.faults ?? []));
  /** Whether what stands there can be used. */
  readonly isRight: boolean = $derived(this.isChecked && this.check !== null && this.check.faults.length === 0);

  set(change: Partial<OwnNeuron>): void {
    this.neuron = { ...this.neuron, ...change };
    void this.renew();
  }

  setCurrent(current: number): void {
    this.current = current;
    void this.renew();
  }

  /** Renames a parameter or a state, and wherever the document names it apart from its lines. */
  rename(what: "parameters" | "states", before: string, after: string): void {
    const { threshold, membrane } = this.neuron;
    const change: Partial<OwnNeuron> =
      what === "parameters"
        ? { parameters: renamed(this.neuron.parameters, before, after) }
        : { states: renamed(this.neuron.states, before, after) };
    this.set({
      ...change,
      ...(what === "parameters" && threshold === before && { threshold: after }),
      ...(what === "states" && membrane === before && { membrane: after }),
    });
  }

  /** Checks the document, and tries it where it is right; while it is asked, changes only mark it as old. */
  async renew(): Promise<void> {
    [this.isChanged, this.isChecked] = [true, false];
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.isChanged) {
      this.isChanged = false;
      try {
        this.check = await this.ask.check(this.neuron);
        this.failure = "";
        if (this.isChanged || this.check.faults.length > 0) continue;
        const input = { kind: "step", current: this.current, begin: 10 } as const;
        const trial = { neurons: [this.neuron], input, num_steps: TRIED_STEPS, curve: null, plane: false };
        this.answer = await this.ask.bench(trial);
      } catch (thrown) {
        this.failure = asApiError(thrown).text;
      }
    }
    this.isChecked = this.failure === "";
    this.isAsking = false;
  }
}
