import { asApiError, benchApi, type BenchAnswer, type Fault, type Neuron, type Stimulus, type Trial } from "../api";
import { NEURON_DEFAULTS } from "./neurons";
import { recall, remember } from "./storage";

export type StimulusKind = Stimulus["kind"];

/** What each kind of input begins with; the server's defaults. */
export const STIMULI: { [Kind in StimulusKind]: Extract<Stimulus, { kind: Kind }> } = {
  step: { kind: "step", current: 0.3, begin: 0 },
  ramp: { kind: "ramp", first: 0, last: 1 },
  pulse: { kind: "pulse", current: 0.5, begin: 20, length: 20 },
  sine: { kind: "sine", mean: 0.2, amplitude: 0.2, period: 50 },
  noise: { kind: "noise", mean: 0.2, deviation: 0.2, seed: 0 },
  recorded: { kind: "recorded", text: "5 20 22 24 60", reading: "spikes", current: 0.5 },
};

interface Setting {
  neurons: Neuron[];
  input: Stimulus;
  steps: number;
}

const KEY = "bench";
const REST_MS = 150;
const START: Setting = { neurons: [NEURON_DEFAULTS.leaky], input: STIMULI.step, steps: 200 };

/** Single neurons that are tried: what they are given, and what they did. */
export class Bench {
  private setting = $state.raw<Setting>(START);
  answer = $state.raw<BenchAnswer | null>(null);
  faults = $state.raw<Fault[]>([]);
  /** Whether the firing curve and the phase plane shown are of an earlier setting. */
  isStale = $state(false);
  private isAsking = false;
  private isChanged = false;

  /** `rest` is over when nobody has moved a slider for a while: what takes longer does not keep pictures waiting. */
  constructor(
    private readonly ask = (trial: Trial) => benchApi.bench(trial),
    private readonly rest = () => new Promise<void>((done) => setTimeout(done, REST_MS)),
  ) {
    const kept = recall<Partial<Setting>>(KEY);
    if (kept?.neurons?.length && kept.input && kept.steps) this.setting = { ...START, ...kept };
  }

  get neurons(): Neuron[] {
    return this.setting.neurons;
  }
  get input(): Stimulus {
    return this.setting.input;
  }
  get steps(): number {
    return this.setting.steps;
  }
  get trial(): Trial {
    return { neurons: this.neurons, input: this.input, num_steps: this.steps };
  }

  set(change: Partial<Setting>): void {
    this.setting = { ...this.setting, ...change };
    remember(KEY, this.setting);
    void this.renew();
  }

  setNeuron(at: number, neuron: Neuron): void {
    this.set({ neurons: this.neurons.map((one, place) => (place === at ? neuron : one)) });
  }

  faultAt = (path: string): Fault | undefined => this.faults.find((fault) => fault.path === path);

  /**
   * Asks what the neurons do. While it is being answered changes only mark it as old; first comes what they do over
   * time, then curve and plane, which take longer.
   */
  async renew(): Promise<void> {
    this.isChanged = true;
    if (this.isAsking) return;
    this.isAsking = true;
    this.isStale = true;
    while (this.isChanged) {
      this.isChanged = false;
      await this.take({ ...this.trial, curve: null, plane: false }, (quick) => {
        const before = this.answer?.neurons ?? [];
        const kept = quick.neurons.map((one, at) => ({
          ...one,
          curve: before[at]?.curve ?? null,
          plane: before[at]?.title === one.title ? before[at].plane : null,
        }));
        this.answer = { ...quick, neurons: kept };
      });
      if (this.isChanged || this.faults.length > 0) continue;
      await this.rest();
      if (this.isChanged) continue;
      await this.take(this.trial, (whole) => (this.answer = whole));
    }
    this.isStale = this.faults.length > 0;
    this.isAsking = false;
  }

  private async take(trial: Trial, use: (answer: BenchAnswer) => void): Promise<void> {
    try {
      const answer = await this.ask(trial);
      this.faults = [];
      use(answer);
    } catch (thrown) {
      const { faults, message } = asApiError(thrown);
      this.faults = faults.length > 0 ? faults : [{ path: "", message, hint: "" }];
    }
  }
}
