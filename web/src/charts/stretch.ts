/** Which stretch of an axis a chart shows. Pure. */
export interface Stretch {
  min: number;
  max: number;
}

/** A thousandth of all there is: closer in, nothing more is to be seen. */
const CLOSEST = 1e-3;
/** Room around a curve that does not move, so that its axis still has readable numbers. */
const LEAST_PAD = 0.005;

/** Gives `factor` times the stretch, with what is at `share` of it staying where it is. */
export function zoomed(seen: Stretch, factor: number, share: number, whole: Stretch): Stretch {
  const width = seen.max - seen.min;
  const wanted = Math.min(Math.max(width * factor, (whole.max - whole.min) * CLOSEST), whole.max - whole.min);
  const min = seen.min + share * (width - wanted);
  return shifted({ min, max: min + wanted }, 0, whole);
}

/** Gives the stretch so much of its width further on, kept within all there is. */
export function shifted(seen: Stretch, share: number, whole: Stretch): Stretch {
  const width = seen.max - seen.min;
  const min = Math.min(Math.max(seen.min + share * width, whole.min), whole.max - width);
  return { min, max: min + width };
}

/** Gives the bounds of a linear y-axis around the values from `low` to `high`. */
export function rangeWithin(low: number | null, high: number | null, within?: [number, number]): [number, number] {
  if (low == null || high == null) return within ?? [0, 1];
  const pad = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, LEAST_PAD);
  return [Math.max(low - pad, within?.[0] ?? -Infinity), Math.min(high + pad, within?.[1] ?? Infinity)];
}
