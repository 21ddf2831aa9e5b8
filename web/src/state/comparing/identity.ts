/** How compared runs are told apart: a letter, a colour, and from the seventh on a pattern of strokes. Pure. */

export interface Mark {
  letter: string;
  /** A CSS variable's name. */
  colour: string;
  dash?: number[];
}

const LETTERS = 26;
const COLOURS = 6;
const DASHES = [undefined, [6, 3], [2, 2], [8, 3, 2, 3]];

export function markOf(place: number): Mark {
  const round = Math.floor(place / LETTERS);
  return {
    letter: String.fromCharCode(65 + (place % LETTERS)) + (round > 0 ? String(round + 1) : ""),
    colour: `--series-${(place % COLOURS) + 1}`,
    dash: DASHES[Math.floor(place / COLOURS) % DASHES.length],
  };
}
