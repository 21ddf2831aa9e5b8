/** HOW the page talks to the server: requests, the live line, and their errors. */
export { api, type RunCommand } from "./client";
export { ApiError, asApiError, errorFromBody, faultText, unreachable } from "./errors";
export { LiveSocket, PAUSES, type Listener, type Watch } from "./socket";
export type * from "./types";
