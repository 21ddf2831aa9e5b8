/** From a drawing on a canvas to grey pixels for the server. Pure. */
import { textOf } from "./base64";
import type { Drawing } from "../../api";

/** Width and height of the canvas that is drawn on: four times an MNIST picture, so that edges get their shades. */
export const PAD_SIDE = 112;
/** Widths of the pen, in pixels of the pad; the middle one looks like MNIST's own strokes. */
export const PENS = { thin: 6, medium: 10, thick: 15 } as const;
export type Pen = keyof typeof PENS;

/** Gives the brightness of RGBA pixels, 0–255; the pad is white on black, so that red says it. */
export function greyOf(rgba: Uint8ClampedArray): Uint8Array {
  const grey = new Uint8Array(rgba.length / 4);
  for (let at = 0; at < grey.length; at += 1) grey[at] = rgba[4 * at];
  return grey;
}

export const isBlank = (grey: Uint8Array): boolean => grey.every((shade) => shade === 0);

export function drawingOf(grey: Uint8Array, width: number, height: number): Drawing {
  return { width, height, pixels: textOf(grey) };
}

/** A pen that presses draws broader; a mouse says 0.5 always, a finger often 0 or 1. */
export function widthOf(pen: Pen, pointer: { pointerType: string; pressure: number }): number {
  const pressed = pointer.pointerType === "pen" ? 0.6 + 0.8 * pointer.pressure : 1;
  return PENS[pen] * pressed;
}
