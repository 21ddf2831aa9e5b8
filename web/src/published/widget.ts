/** The 3D view in a notebook, as an anywidget: Python sends the run's document and weight frames, this draws them. */
import { drawnWeights } from "../panels/stage-source";
import type { RunSpec } from "../api";
import { shapeOf, titleOf } from "../state";
import { NetworkView, type Palette, type Theme } from "../view3d";
import { decodeFrame } from "../wire";

/** What of a notebook's model is used. */
interface Model {
  get(name: "spec"): RunSpec;
  get(name: "class_names"): string[];
  get(name: "frame"): DataView;
  get(name: "height"): number;
  get(name: "theme"): Theme;
  get(name: "palette"): Palette;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const stage = document.createElement("div");
  stage.style.cssText = "position:relative;width:100%;overflow:hidden;border-radius:6px";
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;touch-action:none";
  canvas.tabIndex = 0;
  stage.append(canvas);
  el.append(stage);
  if (!NetworkView.supported()) {
    stage.textContent = "This browser has no WebGL2, so the network cannot be drawn in 3D.";
    return () => stage.remove();
  }
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const view = new NetworkView(canvas, { reducedMotion });
  const showFrame = () => {
    const shape = shapeOf(model.get("spec"), model.get("class_names"));
    const bytes = model.get("frame");
    if (!shape || bytes.byteLength === 0) return;
    // A copy: a frame begins at the start of its buffer, a message does not.
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    view.setWeights(drawnWeights(shape, decodeFrame(copy).layers));
  };
  const showNetwork = () => {
    const spec = model.get("spec");
    const shape = shapeOf(spec, model.get("class_names"));
    if (!shape) return;
    canvas.setAttribute("aria-label", `3D view of the network ${titleOf(spec)}. Drag to turn, wheel to zoom.`);
    view.setNetwork(shape);
    showFrame();
  };
  const look = () => {
    stage.style.height = `${model.get("height")}px`;
    view.setOptions({ theme: model.get("theme"), palette: model.get("palette") });
  };
  const listeners = [
    ["change:frame", showFrame],
    ["change:spec", showNetwork],
    ["change:height", look],
    ["change:theme", look],
    ["change:palette", look],
  ] as const;
  look();
  showNetwork();
  for (const [event, listener] of listeners) model.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
    view.dispose();
    stage.remove();
  };
}

export default { render };
