/** Moves a plot by wheel and fingers: pinch or Ctrl and wheel to zoom, one finger to read. */
import type { LinePlot } from "./line-plot";

const WHEEL_ZOOM = 0.002;

/** Listens on the plot's host, which outlives plots; gives the function that stops it. */
export function followGestures(host: HTMLElement, plot: () => LinePlot | undefined): () => void {
  const fingers = new Map<number, number>();
  const within = (x: number) => x - (plot()?.area.getBoundingClientRect().left ?? 0);
  const shareOf = (x: number) => within(x) / Math.max(1, plot()?.area.clientWidth ?? 1);
  const apart = () => {
    const [one, two] = [...fingers.values()];
    return Math.max(8, Math.abs(one - two));
  };

  function wheel(event: WheelEvent): void {
    // A bare wheel scrolls the page around the chart.
    if (!event.ctrlKey) return;
    event.preventDefault();
    plot()?.zoomBy(Math.exp(event.deltaY * WHEEL_ZOOM), shareOf(event.clientX));
  }
  function down(event: PointerEvent): void {
    if (event.pointerType === "touch") fingers.set(event.pointerId, event.clientX);
  }
  function move(event: PointerEvent): void {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 1) plot()?.pointAt(within(event.clientX));
    else if (fingers.size === 2) {
      const middle = [...fingers.values()].reduce((sum, x) => sum + x, 0) / 2;
      plot()?.zoomBy(before / apart(), shareOf(middle));
    }
  }
  const up = (event: PointerEvent) => void fingers.delete(event.pointerId);

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up } as const;
  host.style.touchAction = "pan-y";
  host.addEventListener("wheel", wheel, { passive: false });
  for (const [name, listener] of Object.entries(listeners)) host.addEventListener(name, listener as EventListener);
  return () => {
    host.removeEventListener("wheel", wheel);
    for (const [name, listener] of Object.entries(listeners)) host.removeEventListener(name, listener as EventListener);
  };
}
