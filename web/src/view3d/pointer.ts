/** Presses that move further than this are drags, in pixels. */
const CLICK_REACH = 5;

export interface PointerListeners {
  /** The pointer rests at a point of the canvas; NaN when it left. */
  hover: (x: number, y: number) => void;
  click: (x: number, y: number) => void;
  key: (key: string) => boolean;
}

/** Tells hovering, clicking and dragging apart. */
export class Pointer {
  private pressed: { x: number; y: number } | null = null;
  private dragging = false;
  private readonly down = new Set<number>();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly listeners: PointerListeners,
  ) {
    if (!canvas.hasAttribute("tabindex")) canvas.tabIndex = 0;
    canvas.addEventListener("pointerdown", this.onDown);
    canvas.addEventListener("pointermove", this.onMove);
    canvas.addEventListener("pointerup", this.onUp);
    canvas.addEventListener("pointercancel", this.onCancel);
    canvas.addEventListener("pointerleave", this.onLeave);
    canvas.addEventListener("keydown", this.onKey);
  }

  dispose(): void {
    this.canvas.removeEventListener("pointerdown", this.onDown);
    this.canvas.removeEventListener("pointermove", this.onMove);
    this.canvas.removeEventListener("pointerup", this.onUp);
    this.canvas.removeEventListener("pointercancel", this.onCancel);
    this.canvas.removeEventListener("pointerleave", this.onLeave);
    this.canvas.removeEventListener("keydown", this.onKey);
  }

  private readonly onDown = (event: PointerEvent): void => {
    this.down.add(event.pointerId);
    this.pressed = { x: event.clientX, y: event.clientY };
    // A second finger makes it a pinch, which picks nothing however still one of them is held.
    this.dragging = this.down.size > 1;
  };

  private readonly onMove = (event: PointerEvent): void => {
    const { pressed } = this;
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_REACH) this.dragging = true;
    // A finger does not hover: it drags or taps.
    if (!pressed && event.pointerType !== "touch") this.listeners.hover(...this.within(event));
  };

  private readonly onUp = (event: PointerEvent): void => {
    this.down.delete(event.pointerId);
    if (this.pressed && !this.dragging && event.button === 0) this.listeners.click(...this.within(event));
    if (this.down.size === 0) this.pressed = null;
  };

  private readonly onCancel = (event: PointerEvent): void => {
    this.down.delete(event.pointerId);
    if (this.down.size === 0) this.pressed = null;
  };

  private readonly onLeave = (): void => {
    if (!this.pressed) this.listeners.hover(NaN, NaN);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.listeners.key(event.key)) event.preventDefault();
  };

  private within(event: PointerEvent): [x: number, y: number] {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
