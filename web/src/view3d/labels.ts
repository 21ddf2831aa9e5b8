import { placeBelow, thinning } from "./label-places";
import { outlineOf, type Layout } from "./layout";
import type { Colours } from "./palette";
import { project, type Eye } from "./picking";
import type { LayerShape } from "./types";

const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const CLASS_SIZE = 12;

/** A text as it stands on screen, for painting it into a saved picture too. */
export interface Painted {
  text: string;
  x: number;
  y: number;
  size: number;
  weight: number;
  colour: string;
}

interface LayerLabel {
  box: HTMLDivElement;
  title: HTMLDivElement;
  quiet: HTMLDivElement;
  width: number;
  height: number;
}

/** Labels as elements over the canvas: crisp at any zoom. They are for the eye; panels say the same to screen readers. */
export class Labels {
  readonly overlay = document.createElement("div");
  private readonly hud = document.createElement("div");
  private readonly tag = document.createElement("div");
  private layers: LayerLabel[] = [];
  private classes: { element: HTMLDivElement; layer: number; neuron: number }[] = [];
  private colours: Colours | null = null;
  private visible = true;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.overlay.setAttribute("aria-hidden", "true");
    style(this.overlay, {
      position: "absolute",
      overflow: "hidden",
      pointerEvents: "none",
      userSelect: "none",
      fontFamily: FONT,
      lineHeight: "1.25",
    });
    style(this.hud, {
      position: "absolute",
      right: "10px",
      top: "10px",
      textAlign: "right",
      whiteSpace: "pre",
      font: "11px/1.4 ui-monospace, Consolas, monospace",
      display: "none",
    });
    style(this.tag, {
      position: "absolute",
      left: "0",
      top: "0",
      display: "none",
      whiteSpace: "nowrap",
      fontSize: "12px",
      fontWeight: "600",
      padding: "2px 7px",
      borderRadius: "6px",
    });
    this.overlay.append(this.hud, this.tag);
    this.follow();
  }

  /** Stand exactly over the canvas, wherever that is within its parent. */
  follow(): void {
    const parent = this.canvas.parentElement;
    if (parent && this.overlay.parentElement !== parent) this.canvas.after(this.overlay);
    style(this.overlay, {
      left: `${this.canvas.offsetLeft}px`,
      top: `${this.canvas.offsetTop}px`,
      width: `${this.canvas.clientWidth}px`,
      height: `${this.canvas.clientHeight}px`,
    });
  }

  setLayers(layers: readonly LayerShape[]): void {
    for (const { box } of this.layers) box.remove();
    for (const { element } of this.classes) element.remove();
    this.layers = layers.map((layer) => this.makeLayer(layer));
    this.classes = layers.flatMap((layer, index) =>
      (layer.classNames ?? []).slice(0, layer.size).map((name, neuron) => this.makeClass(name, index, neuron)),
    );
    this.measure();
    this.recolour();
  }

  /** Replace the words of a layer, its rate for example, without building anything anew. */
  setText(layer: number, label: string, sublabel: string): void {
    const own = this.layers[layer];
    if (!own || (own.title.textContent === label && own.quiet.textContent === sublabel)) return;
    own.title.textContent = label;
    own.quiet.textContent = sublabel;
    own.width = own.box.offsetWidth;
    own.height = own.box.offsetHeight;
  }

  setColours(colours: Colours): void {
    this.colours = colours;
    this.recolour();
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
  }

  /** Put every label where its layer is now. */
  place(placed: Layout, eye: Eye): void {
    const wishes = this.layers.map((label, index) => {
      const outline = outlineOf(placed.layers[index]).map((point) => project(eye, ...point));
      const middle = project(eye, placed.layers[index].x, 0, 0);
      // Stand clear of the layer along the label's whole width, however the layer is turned.
      const near = outline.filter(({ x }) => Math.abs(x - middle.x) <= label.width / 2 + 8);
      const lowest = near.reduce((y, point) => Math.max(y, point.y), middle.y);
      const ends = index === 0 || index === this.layers.length - 1;
      return {
        x: middle.x,
        y: lowest + 10,
        width: label.width,
        height: label.height,
        priority: ends ? 1 : 0,
        behind: middle.w <= 0 || outline.some(({ w }) => w <= 0),
      };
    });
    const places = placeBelow(wishes, eye.width, eye.height);
    this.layers.forEach(({ box }, index) => {
      const place = this.visible && !wishes[index].behind ? places[index] : null;
      box.style.visibility = place ? "visible" : "hidden";
      if (place) box.style.transform = `translate(${place.left.toFixed(1)}px, ${place.top.toFixed(1)}px)`;
    });
    this.placeClasses(placed, eye);
  }

  /** Name the neuron under the pointer, or null for none. */
  setTag(text: string | null, x: number, y: number): void {
    this.tag.style.display = text === null ? "none" : "block";
    if (text === null) return;
    if (this.tag.textContent !== text) this.tag.textContent = text;
    const left = Math.min(x + 14, this.canvas.clientWidth - this.tag.offsetWidth - 6);
    this.tag.style.transform = `translate(${Math.max(6, left).toFixed(1)}px, ${Math.max(6, y - 30).toFixed(1)}px)`;
  }

  setHud(text: string | null): void {
    this.hud.style.display = text === null ? "none" : "block";
    if (text !== null) this.hud.textContent = text;
  }

  /** Give every text on screen with its place, for a saved picture. */
  painted(): Painted[] {
    const frame = this.overlay.getBoundingClientRect();
    const texts = [
      ...this.layers.flatMap(({ title, quiet }) => [
        { element: title, size: 13, weight: 600, colour: this.colours?.text ?? "" },
        { element: quiet, size: 11.5, weight: 400, colour: this.colours?.textQuiet ?? "" },
      ]),
      ...this.classes.map(({ element }) => ({
        element,
        size: CLASS_SIZE,
        weight: 500,
        colour: this.colours?.text ?? "",
      })),
    ];
    return texts
      .filter(({ element }) => getComputedStyle(element).visibility === "visible" && element.textContent)
      .map(({ element, ...rest }) => {
        const box = element.getBoundingClientRect();
        return {
          ...rest,
          text: element.textContent,
          x: box.left - frame.left,
          y: (box.top + box.bottom) / 2 - frame.top,
        };
      });
  }

  dispose(): void {
    this.overlay.remove();
  }

  private placeClasses(placed: Layout, eye: Eye): void {
    if (this.classes.length === 0) return;
    const seen = this.classes.map(({ layer, neuron }) => {
      const at = 4 * (placed.layers[layer].first + neuron);
      const middle = project(eye, placed.nodes[at], placed.nodes[at + 1], placed.nodes[at + 2]);
      return { ...middle, reach: (placed.layers[layer].radius * eye.pixelsAtOne) / middle.w };
    });
    const columns = this.classes.map(({ layer }) => placed.layers[layer].form === "column");
    this.classes.forEach(({ element, neuron, layer }, index) => {
      const { x, y, w, reach } = seen[index];
      const next = this.classes[index + 1]?.layer === layer ? seen[index + 1] : (seen[index - 1] ?? seen[index]);
      const step = thinning(Math.abs(next.y - y) || eye.height, CLASS_SIZE);
      const show = this.visible && columns[index] && w > 0 && neuron % step === 0;
      element.style.visibility = show ? "visible" : "hidden";
      if (show) element.style.transform = `translate(${(x + reach + 7).toFixed(1)}px, calc(${y.toFixed(1)}px - 50%))`;
    });
  }

  private makeLayer(layer: LayerShape): LayerLabel {
    const box = document.createElement("div");
    const title = document.createElement("div");
    const quiet = document.createElement("div");
    style(box, { position: "absolute", left: "0", top: "0", textAlign: "center", whiteSpace: "nowrap" });
    style(title, { fontSize: "13px", fontWeight: "600" });
    style(quiet, { fontSize: "11.5px" });
    title.textContent = layer.label;
    quiet.textContent = layer.sublabel ?? "";
    box.append(title, quiet);
    this.overlay.append(box);
    return { box, title, quiet, width: 0, height: 0 };
  }

  private makeClass(name: string, layer: number, neuron: number) {
    const element = document.createElement("div");
    style(element, {
      position: "absolute",
      left: "0",
      top: "0",
      whiteSpace: "nowrap",
      fontSize: `${CLASS_SIZE}px`,
      fontWeight: "500",
    });
    element.textContent = name;
    this.overlay.append(element);
    return { element, layer, neuron };
  }

  private measure(): void {
    for (const label of this.layers) {
      label.width = label.box.offsetWidth;
      label.height = label.box.offsetHeight;
    }
  }

  private recolour(): void {
    if (!this.colours) return;
    const { text, textQuiet, textShadow } = this.colours;
    this.overlay.style.textShadow = `0 0 3px ${textShadow}, 0 0 6px ${textShadow}`;
    this.overlay.style.color = text;
    this.hud.style.color = textQuiet;
    style(this.tag, { background: textShadow, textShadow: "none" });
    for (const { quiet } of this.layers) quiet.style.color = textQuiet;
  }
}

function style(element: HTMLElement, rules: Partial<CSSStyleDeclaration>): void {
  Object.assign(element.style, rules);
}
