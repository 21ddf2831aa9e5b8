/** How fast a training goes: lately, and how long the rest of it will take. */

/** Seconds looked back on for the pace of now. */
const WINDOW = 8;
/** Updates after which what was measured before counts a third, at least; in a long training a half of all so far. */
const LEAST_MEMORY = 20;
/** Weight of the newest of the times between two epochs. */
const NEWEST_TURN = 0.4;
/** Seconds of training before anything is told of the rest: less says little. */
const TOLD_AFTER = 1;

interface Mark {
  at: number;
  update: number;
}

/**
 * Takes the moments of updates. What lies between two epochs, as validation, is measured apart from the updates: else
 * the time left would jump at the end of each epoch. Pauses count for nothing.
 */
export class SpeedMeter {
  private marks: Mark[] = [];
  private last: Mark | null = null;
  private perEpoch = 0;
  private seconds = 0;
  private updates = 0;
  private measured = 0;
  private turn: number | null = null;

  /** Begins anew: a training, or the rest of one that goes on from a checkpoint. */
  begin(updatesPerEpoch: number): void {
    this.marks = [];
    this.last = null;
    this.perEpoch = updatesPerEpoch;
    this.seconds = this.updates = this.measured = 0;
    this.turn = null;
  }

  /** The time up to the next update is a pause. */
  pause(): void {
    this.marks = [];
    this.last = null;
  }

  take(at: number, update: number): void {
    if (this.last && update < this.last.update) this.begin(this.perEpoch);
    if (this.last && at > this.last.at) this.measure(at - this.last.at, this.last.update, update);
    if (this.last && at - this.last.at > WINDOW) this.marks = [];
    this.last = { at, update };
    this.marks.push(this.last);
    while (this.marks.length > 2 && at - this.marks[0].at > WINDOW) this.marks.shift();
  }

  /** Updates per second of late; null until two moments are known. */
  get updatesPerSecond(): number | null {
    const [first] = this.marks;
    const last = this.marks[this.marks.length - 1];
    if (!first || last.at <= first.at || last.update <= first.update) return null;
    return (last.update - first.update) / (last.at - first.at);
  }

  /** Seconds from the newest update to a later one; null until enough is measured. */
  secondsTo(update: number): number | null {
    if (!this.last || this.measured < TOLD_AFTER || this.updates === 0) return null;
    const each = this.seconds / this.updates;
    return (update - this.last.update) * each + this.turns(this.last.update, update) * (this.turn ?? 0);
  }

  private measure(seconds: number, from: number, to: number): void {
    this.measured += seconds;
    const turns = this.turns(from, to);
    if (turns > 0 && this.updates > 0) {
      const turn = Math.max(0, seconds - (to - from) * (this.seconds / this.updates)) / turns;
      this.turn = this.turn === null ? turn : this.turn + NEWEST_TURN * (turn - this.turn);
      return;
    }
    const kept = Math.exp((from - to) / Math.max(LEAST_MEMORY, to / 2));
    this.seconds = this.seconds * kept + seconds;
    this.updates = this.updates * kept + (to - from);
  }

  /** Ends of epochs between two updates. */
  private turns(from: number, to: number): number {
    if (this.perEpoch <= 0) return 0;
    return Math.floor((to - 1) / this.perEpoch) - Math.floor((from - 1) / this.perEpoch);
  }
}
