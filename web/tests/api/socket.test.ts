// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, errorFromBody, LiveSocket, PAUSES, unreachable, type Listener } from "../../src/api";

class FakeSocket {
  static made: FakeSocket[] = [];
  binaryType = "";
  readyState = 0;
  sent: unknown[] = [];
  onopen: () => void = () => {};
  onclose: () => void = () => {};
  onmessage: (message: { data: unknown }) => void = () => {};
  constructor() {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  accept(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen();
  }
  drop(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose();
  }
  close(): void {
    this.drop();
  }
}

function listener(): Listener & Record<string, ReturnType<typeof vi.fn>> {
  return { runs: vi.fn(), events: vi.fn(), frame: vi.fn(), fault: vi.fn(), line: vi.fn(), study: vi.fn() };
}

const open = () => new FakeSocket() as unknown as WebSocket;

describe("the line to the server", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.made = [];
  });
  afterEach(() => vi.useRealTimers());

  it("asks again for what it missed after a reconnection", () => {
    const heard = listener();
    const socket = new LiveSocket(heard, "ws://x", open);
    let known = 0;
    socket.connect();
    FakeSocket.made[0].accept();
    socket.watch({ run: "r1", hertz: 4, eventsAfter: () => known });
    expect(FakeSocket.made[0].sent).toContainEqual({ watch: "r1", hertz: 4, events_after: 0 });
    known = 17;
    FakeSocket.made[0].drop();
    expect(heard.line).toHaveBeenLastCalledWith("closed", 1, expect.any(Number));
    vi.advanceTimersByTime(PAUSES[0]);
    FakeSocket.made[1].accept();
    expect(FakeSocket.made[1].sent).toEqual([{ watch: "r1", hertz: 4, events_after: 17 }]);
    expect(heard.line).toHaveBeenLastCalledWith("open", 0, 0);
  });

  it("waits longer with every failure and stays quiet once closed", () => {
    const socket = new LiveSocket(listener(), "ws://x", open);
    socket.connect();
    for (const pause of [...PAUSES, PAUSES[PAUSES.length - 1]]) {
      const before = FakeSocket.made.length;
      FakeSocket.made[before - 1].drop();
      vi.advanceTimersByTime(pause - 1);
      expect(FakeSocket.made.length).toBe(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.made.length).toBe(before + 1);
    }
    const made = FakeSocket.made.length;
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made.length).toBe(made);
  });

  it("hands every kind of message to its listener", () => {
    const heard = listener();
    new LiveSocket(heard, "ws://x", open).connect();
    const [socket] = FakeSocket.made;
    socket.accept();
    socket.onmessage({ data: JSON.stringify({ kind: "runs", whole: true, runs: [], gone: [] }) });
    socket.onmessage({ data: JSON.stringify({ kind: "events", run: "r", next: 3, events: [] }) });
    socket.onmessage({ data: JSON.stringify({ kind: "error", error: { message: "no" } }) });
    socket.onmessage({ data: new ArrayBuffer(4) });
    expect(heard.runs).toHaveBeenCalledWith([]);
    expect(heard.events).toHaveBeenCalledWith("r", [], 3);
    expect(heard.fault).toHaveBeenCalledWith({ message: "no" });
    expect(heard.frame).toHaveBeenCalledTimes(1);
  });
});

describe("errors", () => {
  it("keep the server's words, path and hint", () => {
    const fault = { path: "network.layers[0].size", message: "got 0, expected 1.", hint: "Give more." };
    const error = errorFromBody(
      {
        error: {
          code: "spec",
          message: "The spec has one fault.",
          path: fault.path,
          hint: fault.hint,
          faults: [fault],
        },
      },
      422,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "spec", status: 422, path: fault.path });
    expect(error.faults).toEqual([fault]);
    expect(error.text).toContain("Give more.");
  });

  it("have words even where the body has none", () => {
    expect(errorFromBody(null, 502).text).toContain("502");
    expect(errorFromBody({ detail: "x" }, 404)).toMatchObject({ code: "http", status: 404 });
    expect(unreachable().text).toContain("does not answer");
  });
});
