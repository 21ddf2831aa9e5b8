import { RunsFollowed } from "./runs-followed";
import type { StudyDetail, StudyRow } from "./study";
import type { ClientMessage, ErrorDetail, RunEvent, RunRow, ServerMessage } from "./types";

export type StudyMessage = { kind: "studies"; studies: StudyRow[] } | { kind: "study"; study: StudyDetail };

export interface Listener {
  runs(rows: RunRow[]): void;
  events(run: string, events: RunEvent[], next: number): void;
  frame(bytes: ArrayBuffer): void;
  fault(error: ErrorDetail): void;
  /** The list of studies, or the one that is watched. */
  study(message: StudyMessage): void;
  /** `attempt` counts failed tries since the line was last open; `retryAt` is when the next one comes. */
  line(state: "open" | "closed", attempt: number, retryAt: number): void;
}

/** How long to wait before each try, in milliseconds; the last one is repeated. */
export const PAUSES = [250, 500, 1000, 2000, 4000, 8000];

export interface Watch {
  run: string | null;
  hertz: number;
  /** Asked at every (re)connection, so that nothing is missed and nothing comes twice. */
  eventsAfter: () => number;
}

type Open = (url: string) => WebSocket;

/** The page's one line to the server: reconnects by itself and then asks for what it missed. */
export class LiveSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watched: Watch = { run: null, hertz: 5, eventsAfter: () => 0 };
  private live = true;
  private study: string | null = null;
  private readonly list = new RunsFollowed();
  private closed = false;

  constructor(
    private readonly listener: Listener,
    private readonly url: string = defaultUrl(),
    private readonly open: Open = (address) => new WebSocket(address),
  ) {}

  connect(): void {
    clearTimeout(this.timer);
    this.closed = false;
    const socket = this.open(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = (message) => this.received(message.data as string | ArrayBuffer);
    socket.onclose = () => this.lost(socket);
  }

  /** Tries at once instead of waiting for the next turn. */
  retry(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) this.connect();
  }

  watch(watch: Watch): void {
    this.watched = watch;
    this.sendWatch();
  }

  setHertz(hertz: number): void {
    this.watched = { ...this.watched, hertz };
    this.sendWatch();
  }

  setLive(live: boolean): void {
    this.live = live;
    this.send({ live });
  }

  watchStudy(study: string | null): void {
    this.study = study;
    this.send({ study });
  }

  acknowledge(sequence: number): void {
    this.send({ ack: sequence });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private opened(): void {
    this.attempt = 0;
    this.listener.line("open", 0, 0);
    this.sendWatch();
    if (!this.live) this.send({ live: false });
    if (this.study) this.send({ study: this.study });
  }

  private sendWatch(): void {
    const { run, hertz, eventsAfter } = this.watched;
    this.send({ watch: run, hertz, events_after: eventsAfter() });
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || this.closed) return;
    const pause = PAUSES[Math.min(this.attempt, PAUSES.length - 1)];
    this.attempt += 1;
    this.listener.line("closed", this.attempt, Date.now() + pause);
    this.timer = setTimeout(() => this.connect(), pause);
  }

  private received(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      this.listener.frame(data);
      return;
    }
    const message = JSON.parse(data) as ServerMessage;
    if (message.kind === "runs") this.listener.runs(this.list.follow(message));
    else if (message.kind === "events") this.listener.events(message.run, message.events, message.next);
    else if (message.kind === "studies" || message.kind === "study") this.listener.study(message as StudyMessage);
    else if (message.kind === "error") this.listener.fault(message.error);
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

function defaultUrl(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/api/ws`;
}
