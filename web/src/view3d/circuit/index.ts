/** The stacked crossbars of a circuit, coloured by conductance. A door of its own: it is loaded with the circuit. */
export { CrossbarView, type CrossbarPlan, type Device } from "./crossbar-view";
export { conductanceColour, RAMP } from "./conductance";
