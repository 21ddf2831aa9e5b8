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

interface Options {
  path: string;
  quiet: boolean;
  at: number;
  action: Action;
}

/** Everything the page has said: the newest as toasts, all of it in the log. */
export class Notices {
  log = $state.raw<Notice[]>([]);
  toasts = $state.raw<Notice[]>([]);
  unread = $state(0);
  private next = 1;

  say(level: Level, text: string, options: Partial<Options> = {}): void {
    const { path = "", quiet = false, at = Date.now(), action } = options;
    const newest = this.log[0];
    if (newest && newest.text === text && at - newest.at < 2000) return;
    const notice = { id: this.next++, level, text, at, path, action };
    this.log = [notice, ...this.log].slice(0, MOST);
    if (quiet) return;
    this.unread += 1;
    this.toasts = [...this.toasts.slice(-3), notice];
    if (level !== "error") setTimeout(() => this.dismiss(notice.id), action ? STAY_TO_ACT : STAY[level]);
  }

  /** Says what went wrong, whatever was thrown. */
  fault(thrown: unknown, doing = ""): void {
    const words = asApiError(thrown).text;
    this.say("error", doing ? `${doing}: ${words}` : words);
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
