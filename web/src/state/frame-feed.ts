/** Weight frames on their way to the view. Not reactive: a frame goes to whoever draws, and nowhere else. */
import { decodeFrame } from "../wire";

export type Frame = ReturnType<typeof decodeFrame>;

/** Replayed frames kept in memory, at most this many bytes. */
const MOST_CACHED_BYTES = 48_000_000;

export class FrameFeed {
  latest: Frame | null = null;
  private readonly listeners = new Set<(frame: Frame) => void>();
  private readonly cache = new Map<string, ArrayBuffer>();
  private cachedBytes = 0;

  listen(listener: (frame: Frame) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Decodes and hands on; throws what decodeFrame throws for a damaged frame. */
  push(bytes: ArrayBuffer): Frame {
    return this.put(decodeFrame(bytes));
  }

  /** Hands on a frame that is decoded already. */
  put(frame: Frame): Frame {
    this.latest = frame;
    for (const listener of this.listeners) listener(frame);
    return frame;
  }

  clear(): void {
    this.latest = null;
    this.cache.clear();
    this.cachedBytes = 0;
  }

  cached(key: string): ArrayBuffer | undefined {
    return this.cache.get(key);
  }

  keep(key: string, bytes: ArrayBuffer): void {
    this.cache.set(key, bytes);
    this.cachedBytes += bytes.byteLength;
    for (const [oldest, held] of this.cache) {
      if (this.cachedBytes <= MOST_CACHED_BYTES || oldest === key) break;
      this.cache.delete(oldest);
      this.cachedBytes -= held.byteLength;
    }
  }
}
