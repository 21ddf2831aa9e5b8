/** A label that wants to stand with its top middle (or its left middle) at a point, in pixels. */
export interface Wish {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Higher goes first. */
  priority: number;
}

export interface Place {
  left: number;
  top: number;
}

const SPACE = 6;
const MOST_SHIFTS = 3;

/**
 * Place labels so that none covers another: each at its wish, else moved down by its own height, else not at all
 * (null). All are kept within the window.
 */
export function placeBelow(wishes: readonly Wish[], width: number, height: number): (Place | null)[] {
  const places: (Place | null)[] = wishes.map(() => null);
  const order = wishes.map((_, index) => index).sort((a, b) => wishes[b].priority - wishes[a].priority || a - b);
  for (const index of order) {
    const wish = wishes[index];
    const left = Math.min(Math.max(SPACE, wish.x - wish.width / 2), Math.max(SPACE, width - wish.width - SPACE));
    for (let shift = 0; shift <= MOST_SHIFTS; shift++) {
      const top = Math.min(wish.y, height - wish.height - SPACE) + shift * (wish.height + SPACE);
      if (top + wish.height > height || top < 0) break;
      const free = places.every((place, other) => !place || apart({ left, top }, wish, place, wishes[other]));
      if (!free) continue;
      places[index] = { left, top };
      break;
    }
  }
  return places;
}

function apart(a: Place, aSize: Wish, b: Place, bSize: Wish): boolean {
  return (
    a.left + aSize.width + SPACE <= b.left ||
    b.left + bSize.width + SPACE <= a.left ||
    a.top + aSize.height <= b.top ||
    b.top + bSize.height <= a.top
  );
}

/** Give every how many-th of evenly spaced labels can be shown, `pitch` pixels apart and `height` high. */
export function thinning(pitch: number, height: number): number {
  if (pitch <= 0) return Infinity;
  const least = Math.ceil(height / pitch);
  return [1, 2, 5, 10, 20, 50, 100].find((step) => step >= least) ?? Infinity;
}
