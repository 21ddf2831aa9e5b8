/** Voltages over time as the simulator chose them. */
export interface Simulated {
  nodes: string[];
  /** Seconds. */
  times: Float32Array<ArrayBuffer>;
  /** Volts: all moments of the first node, then of the next. */
  values: Float32Array<ArrayBuffer>;
}

export type Answer = { done: Simulated } | { fault: string };
