import type { ErrorDetail, Fault } from "./types";

/** Every refusal of the server, and the case that it does not answer (`code` "unreachable"). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly path: string;
  readonly hint: string;
  readonly faults: Fault[];

  constructor(content: ErrorDetail, status = 0) {
    super(content.message);
    this.name = "ApiError";
    this.code = content.code;
    this.status = status;
    this.path = content.path;
    this.hint = content.hint;
    this.faults = content.faults;
  }

  /** The message with its hint, as one text for a person. */
  get text(): string {
    const [first] = this.faults;
    // One fault that is the whole of it is not said twice.
    const whole = !first || (this.faults.length === 1 && first.message === this.message);
    const words = whole
      ? [first?.path && `${first.path}:`, this.message]
      : [this.message, ...this.faults.map((fault) => faultText(fault))];
    const hint = !whole && this.faults.some((fault) => fault.hint === this.hint) ? "" : this.hint;
    return [...words, hint].filter(Boolean).join(" ");
  }
}

export function faultText(fault: Fault): string {
  return [fault.path && `${fault.path}:`, fault.message, fault.hint].filter(Boolean).join(" ");
}

/** The server did not answer at all. */
export function unreachable(): ApiError {
  const hint = "Is snntrainer3d still running? The page tries again by itself.";
  return new ApiError({ code: "unreachable", message: "The server does not answer.", path: "", hint, faults: [] });
}

/** Reads an answer's error body; anything that is not one becomes a plain error with the status. */
export function errorFromBody(body: unknown, status: number): ApiError {
  const content = (body as { error?: Partial<ErrorDetail> } | null)?.error;
  if (content && typeof content.message === "string") {
    return new ApiError(
      {
        code: content.code ?? "error",
        message: content.message,
        path: content.path ?? "",
        hint: content.hint ?? "",
        faults: content.faults ?? [],
      },
      status,
    );
  }
  const message = status >= 500 ? "The server failed at this request." : "The server refused this request.";
  return new ApiError({ code: "http", message: `${message} (HTTP ${status})`, path: "", hint: "", faults: [] }, status);
}

/** Gives any thrown thing as an ApiError, so that a notice can show it. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError({ code: "page", message, path: "", hint: "", faults: [] });
}
