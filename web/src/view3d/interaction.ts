import { same, type Focus } from "./focus";
import { Pointer } from "./pointer";
import type { Picked } from "./types";

/** What a person's hand on the canvas asks of the view. */
export interface Hands {
  pick: (x: number, y: number) => Picked;
  focus: (picked: Picked, pinned: boolean) => void;
  name: (picked: Picked) => void;
  reset: () => void;
}

/** Hover puts a neuron in focus, a click pins it, another click or Escape lets it go; 0 goes back to the whole. */
export class Interaction {
  hoverListener: (picked: Picked) => void = () => {};
  pickListener: (picked: Picked) => void = () => {};
  private readonly pointer: Pointer;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly focused: Focus,
    private readonly hands: Hands,
  ) {
    this.pointer = new Pointer(canvas, {
      hover: (x, y) => this.hoverAt(x, y),
      click: (x, y) => this.clickAt(x, y),
      key: (key) => this.onKey(key),
    });
  }

  dispose(): void {
    this.pointer.dispose();
  }

  private hoverAt(x: number, y: number): void {
    const picked = this.hands.pick(x, y);
    this.canvas.style.cursor = picked ? "pointer" : "grab";
    if (same(picked, this.focused.hovered)) return;
    this.hands.focus(picked, false);
    this.hands.name(picked);
    this.hoverListener(picked);
  }

  private clickAt(x: number, y: number): void {
    const picked = this.hands.pick(x, y);
    const pinned = same(picked, this.focused.pinned) ? null : picked;
    this.hands.focus(pinned, true);
    this.pickListener(pinned);
  }

  private onKey(key: string): boolean {
    if (key === "0" || key === "Home") this.hands.reset();
    else if (key === "Escape" && this.focused.pinned) {
      this.hands.focus(null, true);
      this.pickListener(null);
    } else return false;
    return true;
  }
}
