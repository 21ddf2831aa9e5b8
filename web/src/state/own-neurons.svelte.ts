import { benchApi, type OwnNeuron, type OwnNeuronRow } from "../api";
import { notices } from "./notices.svelte";

export interface Editing {
  neuron: OwnNeuron;
  /** Takes the neuron to where it is wanted; null where it is only kept. */
  use: ((neuron: OwnNeuron) => void) | null;
}

/** The neurons that a person wrote and kept on the server, and the one that is being written. */
class OwnNeurons {
  rows = $state.raw<OwnNeuronRow[]>([]);
  editing = $state.raw<Editing | null>(null);
  private asked = false;

  /** Reads the library, once unless told otherwise. */
  async load(again = false): Promise<void> {
    if (this.asked && !again) return;
    this.asked = true;
    try {
      this.rows = (await benchApi.list()).neurons;
    } catch {
      this.asked = false; // the banner tells of a server that does not answer
    }
  }

  edit(neuron: OwnNeuron, use: Editing["use"] = null): void {
    this.editing = { neuron: structuredClone(neuron), use };
  }

  close(): void {
    this.editing = null;
  }

  /** Keeps a neuron; gives the name by which commands and studies know it, null where it could not be kept. */
  async keep(neuron: OwnNeuron): Promise<string | null> {
    try {
      const { name } = await benchApi.keep(neuron);
      await this.load(true);
      notices.say("success", `“${neuron.title}” is kept as ${name}.`);
      return name;
    } catch (thrown) {
      notices.fault(thrown, "Keeping the neuron");
      return null;
    }
  }

  async remove({ name, title }: OwnNeuronRow): Promise<void> {
    try {
      await benchApi.remove(name);
      notices.say("success", `“${title}” is removed from the library; runs keep it.`);
    } catch (thrown) {
      notices.fault(thrown, "Removing the neuron");
    }
    await this.load(true);
  }
}

export const ownNeurons = new OwnNeurons();
