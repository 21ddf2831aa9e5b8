import { asApiError } from "../api";

export type Level = "info" | "success" | "warning" | "error";

export interface Notice {
  id: number;
  level: Level;
  text: string;
  at: number;
  /** Field of the document it speaks of, if any. */
  path: string;
  /** What can still be done about it, as a button. */
  action?: Action;
  /** What is wrong until `settle` is told of it; empty for what nothing mends. */
  about: string;
}

export interface Action {
  label: string;
  run: () => void;
}

const MOST = 200;
/** How long a toast stays, in milliseconds; errors stay until they are dismissed. */
const STAY = { info: 5000, success: 8000, warning: 10_000 };
/** Time to find the button. */
const STAY_TO_ACT = 20_000;
/** About the server's answers: over as soon as it answers again. */
export const SERVER = "server";

interface Options {
  path: string;
  quiet: boolean;
  at: number;
  action: Action;
  about: string;
}

/** Everything the page has said: the newest as toasts, all of it in the log. */
export class Notices {
  log = $state.raw<Notice[]>([]);
  toasts = $state.raw<Notice[]>([]);
  unread = $state(0);
  private next = 1;

  say(level: Level, text: string, options: Partial<Options> = {}): void {
    const { path = "", quiet = false, at = Date.now(), action, about = "" } = options;
    const newest = this.log[0];
    if (newest && newest.text === text && at - newest.at < 2000) return;
    const notice = { id: this.next++, level, text, at, path, action, about };
    this.log = [notice, ...this.log].slice(0, MOST);
    if (quiet) return;
    this.unread += 1;
    this.toasts = [...this.toasts.slice(-3), notice];
    if (level !== "error") setTimeout(() => this.dismiss(notice.id), action ? STAY_TO_ACT : STAY[level]);
  }

  /** Says what went wrong, whatever was thrown; over when the server answers, or when the same is done without it. */
  fault(thrown: unknown, doing = "", more = ""): void {
    const { text, code } = asApiError(thrown);
    const about = code === "unreachable" ? SERVER : doing;
    this.say("error", doing ? `${doing}${more}: ${text}` : text, { about });
  }

  /** Takes away the toasts about what is over; the log keeps them. */
  settle(about: string | ((notice: Notice) => boolean)): void {
    const over = typeof about === "string" ? (notice: Notice) => notice.about === about : about;
    if (this.toasts.some(over)) this.toasts = this.toasts.filter((notice) => !over(notice));
  }

  /** Says what goes wrong in the page itself; gives the function that stops it. */
  follow(): () => void {
    const failed = (event: ErrorEvent) => {
      // Browsers report a resize that takes two turns as an error; it is none.
      if (!event.message.startsWith("ResizeObserver loop")) this.fault(event.error ?? event.message, "The page");
    };
    const refused = (event: PromiseRejectionEvent) => this.fault(event.reason, "The page");
    addEventListener("error", failed);
    addEventListener("unhandledrejection", refused);
    return () => {
      removeEventListener("error", failed);
      removeEventListener("unhandledrejection", refused);
    };
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  seen(): void {
    this.unread = 0;
  }
}

export const notices = new Notices();
