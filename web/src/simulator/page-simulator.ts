import type { Answer, Simulated } from "./messages";

export type { Simulated };

/** Simulates one netlist after the other; the simulator is loaded with the first. */
export class PageSimulator {
  private worker: Worker | null = null;
  private refuse: ((why: Error) => void) | null = null;

  /** Give the waveforms of a netlist; throws with the simulator's words, or when it is cancelled. */
  simulate(netlist: string): Promise<Simulated> {
    const worker = (this.worker ??= new Worker(new URL("./simulator-worker.ts", import.meta.url), { type: "module" }));
    return new Promise((give, refuse) => {
      this.refuse = refuse;
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ("done" in data) give(data.done);
        else refuse(new Error(data.fault));
      };
      worker.onerror = ({ message }) => refuse(new Error(message || "The simulator could not be loaded."));
      worker.postMessage(netlist);
    });
  }

  /** End whatever runs; the next simulation loads the simulator anew. */
  cancel(): void {
    this.worker?.terminate();
    this.worker = null;
    this.refuse?.(new Error("The simulation was cancelled."));
    this.refuse = null;
  }
}
