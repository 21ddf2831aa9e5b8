/** Marks in the picture of a matrix: the neuron in focus elsewhere, and the cell under the pointer or the keys. */
import { areaOf, columnAreas, rowArea, type Area, type Cell, type Picture } from "./matrix-picture";

export interface Placed {
  x: number;
  y: number;
  zoom: number;
}

/** What is marked: all weights into a neuron, all out of one, and a cell. */
export interface Marks {
  row: number | null;
  column: number | null;
  cell: Cell | null;
}

/** Frames of a cell are no smaller than this, in pixels: a weight may be less than one. */
const LEAST_FRAME = 7;

export function drawMarks(
  context: CanvasRenderingContext2D,
  picture: Picture,
  placed: Placed,
  marks: Marks,
  colours: { ink: string; ground: string; ratio: number },
): void {
  const { row, column, cell } = marks;
  const areas: Area[] = [];
  if (row !== null && row < picture.rows) areas.push(rowArea(picture, row));
  if (column !== null && column < picture.columns) areas.push(...columnAreas(picture, column));
  if (cell && cell.row < picture.rows) areas.push(rowArea(picture, cell.row), areaOf(picture, cell));
  for (const area of areas) frame(context, area, placed, colours);
}

/** A frame around an area, light on dark or dark on light whatever lies under it. */
function frame(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Area,
  placed: Placed,
  { ink, ground, ratio }: { ink: string; ground: string; ratio: number },
): void {
  const least = LEAST_FRAME * ratio;
  const wide = Math.max(least, width * placed.zoom + 2 * ratio);
  const high = Math.max(least, height * placed.zoom + 2 * ratio);
  const left = placed.x + (x + width / 2) * placed.zoom - wide / 2;
  const top = placed.y + (y + height / 2) * placed.zoom - high / 2;
  for (const [colour, line] of [
    [ground, 3 * ratio],
    [ink, 1.25 * ratio],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(left, top, wide, high);
  }
}
