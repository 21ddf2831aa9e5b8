import uPlot from "uplot";

export interface Line {
  /** Unique among the lines of a chart. */
  label: string;
  /** A CSS variable's name. */
  colour: string;
  points?: boolean;
  /** Lengths of strokes and gaps, for a line that is told from another of its colour. */
  dash?: number[];
}

/** Columns over one x. */
export interface Table {
  x: number[];
  columns: number[][];
}

/**
 * Puts tables with different x into one, as uPlot wants them; what is no number becomes a gap. Everything is copied: the
 * tables grow under the plot, which has to tell its old data from the new.
 */
export function align(tables: Table[]): uPlot.AlignedData {
  const clean = tables.map(
    ({ x, columns }): uPlot.AlignedData => [
      [...x],
      ...columns.map((ys) => ys.map((y) => (Number.isFinite(y) ? y : null))),
    ],
  );
  return clean.length === 1 ? clean[0] : uPlot.join(clean);
}

/** Exponential moving average without the usual pull towards the first value; `strength` 0 (none) to below 1. */
export function smoothed(values: number[], strength: number): number[] {
  if (strength <= 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = strength * mean + (1 - strength) * value;
    weight = strength * weight + (1 - strength);
    return mean / weight;
  });
}
