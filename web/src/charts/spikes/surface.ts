/** A canvas as sharp as the screen, in CSS pixels. */

export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Reads a colour of the page's theme. */
  colour: (name: string) => string;
}

/** Clears the canvas and fits it to its own size on the page; null where it cannot be drawn on or is not laid out. */
export function surfaceOf(canvas: HTMLCanvasElement | undefined): Surface | null {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return null;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return null;
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const style = getComputedStyle(canvas);
  return { context, width, height, colour: (name) => style.getPropertyValue(name).trim() || "#888" };
}

/** Draws when the canvas is laid out anew; gives the function that ends it. */
export function redrawOnResize(canvas: HTMLCanvasElement, draw: () => void): () => void {
  const observer = new ResizeObserver(() => draw());
  observer.observe(canvas);
  return () => observer.disconnect();
}

/** Where an event is, in CSS pixels from the element's corner. */
export function placeOf(event: PointerEvent | MouseEvent, element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Colours of things side by side: layers, outputs. */
export const seriesColour = (at: number): string => `--series-${(at % 6) + 1}`;
