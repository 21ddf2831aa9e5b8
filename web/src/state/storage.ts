/** What the browser keeps between visits. Private windows may refuse; then nothing is kept, and nothing breaks. */

const PREFIX = "snntrainer3d.";

export function recall<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** What this tab held before it was reloaded; null after any other way of coming here. */
export function recallAfterReload(key: string): string | null {
  const [came] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  try {
    return came?.type === "reload" ? sessionStorage.getItem(PREFIX + key) : null;
  } catch {
    return null;
  }
}

export function rememberInTab(key: string, text: string): void {
  try {
    sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // As above.
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or refused: the page works without it.
  }
}
