import { vi } from "vitest";

/** Waits for what the page does in its own time; a busy machine may need seconds for it. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 120_000 });
}
