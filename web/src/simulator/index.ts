/** ngspice in the page: WebAssembly in a worker of its own, loaded when a circuit is simulated here. */
export { PageSimulator, type Simulated } from "./page-simulator";
