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

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or refused: the page works without it.
  }
}
