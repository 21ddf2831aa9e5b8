import { same, type Focus } from "./focus";
import { Pointer } from "./pointer";
import type { Picked } from "./types";

/** What a person's hand on the canvas asks of the view. */
export interface Hands {
  pick: (x: number, y: number) => Picked;
  focus: (picked: Picked, pinned: boolean) => void;
  name: (picked: Picked) => void;
  /** The neuron that a key leads to; null for keys that lead nowhere. */
  walk: (from: Picked, key: string) => Picked;
  reset: () => void;
}

/**
 * Hover puts a neuron in focus, a click pins it, another click or Escape lets it go; 0 goes back to the whole. By keys,
 * N and the page keys go from neuron to neuron and from layer to layer, Enter pins.
 */
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
    if (!same(picked, this.focused.hovered)) this.hover(picked);
  }

  private hover(picked: Picked): void {
    this.hands.focus(picked, false);
    this.hands.name(picked);
    this.hoverListener(picked);
  }

  private clickAt(x: number, y: number): void {
    this.pin(this.hands.pick(x, y));
  }

  private pin(picked: Picked): void {
    const pinned = same(picked, this.focused.pinned) ? null : picked;
    this.hands.focus(pinned, true);
    this.pickListener(pinned);
  }

  /** The pinned neuron first, then the one that keys went to. */
  private letGo(): void {
    if (!this.focused.pinned) return this.hover(null);
    this.hands.focus(null, true);
    this.pickListener(null);
  }

  private onKey(key: string): boolean {
    const walked = this.hands.walk(this.focused.hovered ?? this.focused.pinned, key);
    if (walked) this.hover(walked);
    else if (key === "0" || key === "Home") this.hands.reset();
    else if (key === "Enter" && this.focused.hovered) this.pin(this.focused.hovered);
    else if (key === "Escape" && (this.focused.pinned || this.focused.hovered)) this.letGo();
    else return false;
    return true;
  }
}
