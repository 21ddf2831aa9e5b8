/** Turns what a network decides all over a plane into pixels and figures. Pure. */
import type { Rgb } from "../diverging";

export interface PlaneCells {
  side: number;
  /** The class of each cell, row by row from the top. */
  decisions: Uint8Array;
  /** 0 where all classes are held for alike, 255 where the network is certain. */
  strengths: Uint8Array;
}

/** How much of a class's colour the surest cell has: samples of the same class stand out from it. */
const MOST = 0.62;

/** One pixel a cell: the class's colour, as strong as the network is sure of it. */
export function planePixels(
  { decisions, strengths }: PlaneCells,
  colours: Rgb[],
  ground: Rgb,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * decisions.length);
  decisions.forEach((decision, at) => {
    const colour = colours[decision % colours.length];
    const share = (MOST * strengths[at]) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[4 * at + channel] = Math.round(ground[channel] + (colour[channel] - ground[channel]) * share);
    }
    pixels[4 * at + 3] = 255;
  });
  return pixels;
}

export interface ClassShare {
  name: string;
  /** Share of the plane that is decided for the class with any confidence. */
  area: number;
  samples: number;
  right: number;
}

/** Gives for each class its share of the plane, and how many of its samples lie in it. */
export function sharesOf(cells: PlaneCells, names: string[], labels: number[], found: number[]): ClassShare[] {
  const shares = names.map((name) => ({ name, area: 0, samples: 0, right: 0 }));
  cells.decisions.forEach((decision, at) => {
    if (cells.strengths[at] > 0) shares[decision].area += 1 / cells.decisions.length;
  });
  labels.forEach((label, at) => {
    shares[label].samples += 1;
    if (found[at] === label) shares[label].right += 1;
  });
  return shares;
}

/** The cell at a place of the picture, given as shares of its width and height from the top left. */
export function cellAt({ side }: PlaneCells, across: number, down: number): number | null {
  const column = Math.floor(across * side);
  const row = Math.floor(down * side);
  return row >= 0 && row < side && column >= 0 && column < side ? row * side + column : null;
}
