/** A run's curves as they grow. Not reactive: charts are told and draw when they are ready. */
import type { RunEvent } from "../api";

/** Above this many points neighbours are averaged, so that a long run costs no more than a short one. How low and how
 * high they went is kept beside the means: no peak is lost. */
export const MOST_POINTS = 4000;

/** The least and the most of the updates that each point stands for. */
export interface Spread {
  low: number[];
  high: number[];
}

const orNaN = (value: number | null): number => (value == null || !Number.isFinite(value) ? NaN : value);

export class Curves {
  updates: number[] = [];
  loss: number[] = [];
  accuracy: number[] = [];
  readonly lossSpread: Spread = { low: [], high: [] };
  readonly accuracySpread: Spread = { low: [], high: [] };
  /** Updates that a point stands for at most. */
  perPoint = 1;
  /** Per layer. */
  rates: number[][] = [];
  validationUpdates: number[] = [];
  validationLoss: number[] = [];
  validationAccuracy: number[] = [];
  updatesPerEpoch = 0;
  private readonly listeners = new Set<() => void>();

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  clear(): void {
    this.cut(-1);
    this.perPoint = 1;
    this.rates = [];
    this.updatesPerEpoch = 0;
    this.tell();
  }

  /** Takes events in their order; after a resume, what lies beyond its first update is taken back. */
  take(events: RunEvent[]): void {
    for (const event of events) {
      if (event.kind === "prepared") {
        this.cut(event.first_update);
        this.updatesPerEpoch = event.updates_per_epoch;
      } else if (event.kind === "update") {
        this.addUpdate(event);
      } else if (event.kind === "epoch" && event.validation_accuracy != null) {
        this.validationUpdates.push(event.update);
        this.validationLoss.push(orNaN(event.validation_loss));
        this.validationAccuracy.push(event.validation_accuracy);
      }
    }
    this.tell();
  }

  /** Gives loss and accuracy as they were at an update, from the nearest point up to it; null where there are none. */
  at(update: number): { loss: number; accuracy: number } | null {
    const after = this.updates.findIndex((one) => one > update);
    const place = (after < 0 ? this.updates.length : after) - 1;
    // Points stand for several updates of a long run: before the first one, it is the nearest there is.
    const nearest = place < 0 ? 0 : place;
    if (this.updates.length === 0) return null;
    return { loss: this.loss[nearest], accuracy: this.accuracy[nearest] };
  }

  private addUpdate(event: Extract<RunEvent, { kind: "update" }>): void {
    this.updates.push(event.update);
    this.loss.push(orNaN(event.loss));
    this.accuracy.push(orNaN(event.accuracy));
    for (const column of spreadsOf(this.lossSpread)) column.push(orNaN(event.loss));
    for (const column of spreadsOf(this.accuracySpread)) column.push(orNaN(event.accuracy));
    event.rates.forEach((rate, layer) => {
      (this.rates[layer] ??= new Array<number>(this.updates.length - 1).fill(NaN)).push(rate);
    });
    if (this.updates.length > MOST_POINTS) this.halve();
  }

  private halve(): void {
    this.updates = pairs(this.updates, (_, last) => last);
    this.loss = pairMeans(this.loss);
    this.accuracy = pairMeans(this.accuracy);
    this.rates = this.rates.map(pairMeans);
    for (const spread of [this.lossSpread, this.accuracySpread]) {
      spread.low = pairs(spread.low, (one, other) => extreme(one, other, Math.min));
      spread.high = pairs(spread.high, (one, other) => extreme(one, other, Math.max));
    }
    this.perPoint *= 2;
  }

  private cut(after: number): void {
    const keep = this.updates.findIndex((update) => update > after);
    if (keep >= 0) {
      const spreads = [...spreadsOf(this.lossSpread), ...spreadsOf(this.accuracySpread)];
      for (const column of [this.updates, this.loss, this.accuracy, ...this.rates, ...spreads]) column.length = keep;
    }
    const keepValidation = this.validationUpdates.findIndex((update) => update > after);
    if (keepValidation >= 0) {
      for (const column of [this.validationUpdates, this.validationLoss, this.validationAccuracy]) {
        column.length = keepValidation;
      }
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

const spreadsOf = ({ low, high }: Spread): number[][] => [low, high];

const pairMeans = (values: number[]): number[] => pairs(values, (one, other) => (one + other) / 2);

/** The least or most of two, the known one where the other is not. */
function extreme(one: number, other: number, of: (...values: number[]) => number): number {
  return Number.isNaN(one) ? other : Number.isNaN(other) ? one : of(one, other);
}

/** One value for every two; the last of an odd number has no other, and stays as it is. */
function pairs(values: number[], of: (one: number, other: number) => number): number[] {
  const found: number[] = [];
  for (let at = 1; at < values.length; at += 2) found.push(of(values[at - 1], values[at]));
  if (values.length % 2 === 1) found.push(values[values.length - 1]);
  return found;
}
