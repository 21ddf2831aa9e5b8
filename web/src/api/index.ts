/** HOW the page talks to the server: requests, the live line, and their errors. */
export { api, type RunCommand, type SaidOfWeights } from "./client";
export { benchApi, type Trial } from "./bench";
export { dataApi, type OwnChoice } from "./data";
export { libraryApi, type RunQuery } from "./library";
export { ApiError, asApiError, errorFromBody, faultText, unreachable } from "./errors";
export { LiveSocket, PAUSES, type Listener, type StudyMessage, type Watch } from "./socket";
export { studiesApi } from "./studies";
export { NEURONS, SURROGATES } from "../protocol/neurons";
export { NEURON_VALUES } from "../protocol/spec";
export type * from "./study";
export type * from "./types";
