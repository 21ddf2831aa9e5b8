import { untrack } from "svelte";
import { api, asApiError, type NeuronDetail, type NeuronRates } from "../../api";
import type { Neuron } from "../inside.svelte";
import { runs } from "../runs.svelte";
import { isActive } from "../words";

/** A neuron that lies open; as in the view its layer counts from 1, 0 being the input. */
export interface OpenNeuron extends Neuron {
  key: string;
  /** A pinned one stays when another is opened. */
  pinned: boolean;
  detail: NeuronDetail | null;
  fault: string;
}

const CHECKPOINT_AFTER = 400;
const keyOf = ({ layer, neuron }: Neuron): string => `${layer}.${neuron}`;

/** The neurons of the open run that are looked into, side by side. */
class OpenNeurons {
  list = $state.raw<OpenNeuron[]>([]);
  /** How often each neuron spikes over the test set; null while that is not known. */
  rates = $state.raw<NeuronRates | null>(null);
  /** Why the rates are not known, in words. */
  ratesFault = $state("");
  private run = "";
  private ratesOf = "";

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const id = runs.detail?.id ?? "";
        void [runs.epoch?.epoch, runs.row?.status];
        untrack(() => {
          if (id !== this.run) this.changeRun(id);
          else if (this.list.length > 0) setTimeout(() => this.renew(), CHECKPOINT_AFTER);
        });
      });
    });
  }

  /** Opens a neuron in the place of the one that is not pinned. */
  open(neuron: Neuron): void {
    const key = keyOf(neuron);
    if (neuron.layer < 1 || this.list.some((one) => one.key === key)) return;
    const fresh: OpenNeuron = { ...neuron, key, pinned: false, detail: null, fault: "" };
    this.list = [fresh, ...this.list.filter(({ pinned }) => pinned)];
    void this.fetch(fresh);
    void this.fetchRates();
  }

  pin(key: string, pinned: boolean): void {
    this.change(key, { pinned });
  }

  close(key: string): void {
    this.list = this.list.filter((one) => one.key !== key);
  }

  private change(key: string, change: Partial<OpenNeuron>): void {
    this.list = this.list.map((one) => (one.key === key ? { ...one, ...change } : one));
  }

  private async fetch({ key, layer, neuron }: OpenNeuron): Promise<void> {
    const { run } = this;
    try {
      const detail = await api.neuron(run, layer - 1, neuron);
      if (run === this.run) this.change(key, { detail, fault: "" });
    } catch (thrown) {
      if (run === this.run) this.change(key, { fault: asApiError(thrown).text });
    }
  }

  /** Counts over the test set once; while a run trains its weights change, and counting again would slow it. */
  private async fetchRates(): Promise<void> {
    const { run } = this;
    if (this.ratesOf === run || isActive(runs.row?.status)) return;
    this.ratesOf = run;
    try {
      const rates = await api.rates(run, "test");
      if (run === this.run) this.rates = rates;
    } catch (thrown) {
      if (run === this.run) this.ratesFault = asApiError(thrown).text;
    }
  }

  /** The same neurons again, with newer weights. */
  private renew(): void {
    for (const one of this.list) void this.fetch(one);
    if (this.list.length > 0) void this.fetchRates();
  }

  /** The same neurons of another network, as far as it has them: that is how two are compared. */
  private changeRun(run: string): void {
    this.run = run;
    this.rates = null;
    this.ratesOf = this.ratesFault = "";
    this.list = this.list.map((one) => ({ ...one, detail: null, fault: "" }));
    if (run) this.renew();
  }
}

export const neurons = new OpenNeurons();
