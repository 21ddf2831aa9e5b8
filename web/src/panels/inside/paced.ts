/** A frame that takes longer than this, in milliseconds, is felt by whoever draws. */
const SLOW_MS = 40;
/** Share of the time that slow frames may take: the rest is for the hand and for answers. */
const SHARE = 0.4;

/** Shows the newest of what comes; where frames are slow, as without a graphics card, not each but as many as leave time. */
export class Paced<T> {
  private newest: T | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private resting = false;

  constructor(
    private readonly show: (one: T) => void,
    /** Calls back when what was shown is on screen. */
    private readonly shown: (then: () => void) => void = (then) => requestAnimationFrame(() => setTimeout(then)),
    private readonly now: () => number = () => performance.now(),
  ) {}

  put(one: T): void {
    if (this.resting) this.newest = one;
    else this.begin(one);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.newest = null;
    this.resting = true;
  }

  private begin(one: T): void {
    this.resting = true;
    const began = this.now();
    this.show(one);
    this.shown(() => {
      const took = this.now() - began;
      this.timer = setTimeout(() => this.next(), took > SLOW_MS ? took / SHARE - took : 0);
    });
  }

  private next(): void {
    this.resting = false;
    const waiting = this.newest;
    this.newest = null;
    if (waiting !== null) this.begin(waiting);
  }
}
