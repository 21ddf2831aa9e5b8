/** Undo and redo: values that were, the value that is, values that were undone. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
  /** What the last change was about; changes of one mark in quick succession are one step. */
  mark: string;
  at: number;
}

const MOST = 200;
/** Keystrokes in one field closer together than this are one step of undo, in milliseconds. */
export const COALESCE = 1200;

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [], mark: "", at: 0 });

/** Takes a new value; one of the same mark within `within` milliseconds of the last is no step of its own. */
export function commit<T>(history: History<T>, next: T, mark = "", within = COALESCE, at = Date.now()): History<T> {
  if (next === history.present) return history;
  const joined = mark !== "" && mark === history.mark && at - history.at < within;
  const past = joined ? history.past : [...history.past, history.present].slice(-MOST);
  return { past, present: next, future: [], mark, at };
}

export function undo<T>(history: History<T>): History<T> {
  if (history.past.length === 0) return history;
  const past = history.past.slice(0, -1);
  const present = history.past[history.past.length - 1];
  return { past, present, future: [history.present, ...history.future], mark: "", at: 0 };
}

export function redo<T>(history: History<T>): History<T> {
  if (history.future.length === 0) return history;
  const [present, ...future] = history.future;
  return { past: [...history.past, history.present], present, future, mark: "", at: 0 };
}
