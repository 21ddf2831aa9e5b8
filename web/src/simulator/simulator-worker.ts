import { Simulation } from "eecircuit-engine";
import type { Answer, Simulated } from "./messages";

/** Of what is told of a fault: the engine's words hold all of its code. */
const LONGEST = 200;
let ready: Promise<Simulation> | null = null;

async function engine(): Promise<Simulation> {
  const made = new Simulation();
  await made.start();
  return made;
}

async function simulate(netlist: string): Promise<Simulated> {
  const simulation = await (ready ??= engine());
  simulation.setNetList(netlist);
  const found = await simulation.runSim();
  if (found.dataType !== "real" || found.numPoints < 2) {
    throw new Error(simulation.getError().slice(-8).join(" ") || "The simulator gave no waveforms.");
  }
  const [times, ...columns] = found.data;
  const values = new Float32Array(columns.length * times.values.length);
  columns.forEach((column, at) => values.set(column.values, at * times.values.length));
  const nodes = columns.map(({ name }) => name.replace(/^v\((.*)\)$/i, "$1").toLowerCase());
  return { nodes, times: Float32Array.from(times.values), values };
}

// An engine that cannot begin keeps its promise for ever, and says so only here.
self.addEventListener("unhandledrejection", ({ reason }) => {
  self.postMessage({ fault: `The simulator could not begin: ${String(reason).slice(0, LONGEST)}` } satisfies Answer);
});

self.onmessage = async ({ data }: MessageEvent<string>) => {
  let answer: Answer;
  try {
    answer = { done: await simulate(data) };
  } catch (thrown) {
    answer = { fault: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  self.postMessage(answer);
};
