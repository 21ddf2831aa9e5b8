import { errorFromBody, unreachable } from "./errors";

const UNAUTHORIZED = 401;

/** Asks the server; every refusal is an ApiError. */
export async function answer(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, init);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw unreachable();
  }
  if (response.ok) return response;
  // The server began anew with another token: it answers a visit with the form that asks for it.
  if (response.status === UNAUTHORIZED) location.reload();
  throw errorFromBody(await response.json().catch(() => null), response.status);
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answer(path, { signal })).json() as Promise<T>;
}

export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await answer(path, init);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

export async function sendBytes<T>(path: string, body: Blob): Promise<T> {
  const headers = { "Content-Type": "application/octet-stream" };
  return (await answer(path, { method: "POST", body, headers })).json() as Promise<T>;
}

export async function bytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await answer(path, { signal })).arrayBuffer();
}

export const at = (run: string): string => `/runs/${encodeURIComponent(run)}`;
