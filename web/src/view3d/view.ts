import { WebGLRenderer, type Vector2 } from "three";
import { CameraRig } from "./camera";
import { DensityField, type Density } from "./density";
import { DrawnNetwork } from "./drawn-network";
import type { Sight } from "./edges";
import { Focus, same } from "./focus";
import { FrameLoop, type FrameOutcome } from "./frame-loop";
import { HALF_TAN } from "./framing";
import { hudText, Meter } from "./hud";
import { Interaction } from "./interaction";
import { Labels } from "./labels";
import { coloursOf, type Colours } from "./palette";
import { pick, project, type Eye } from "./picking";
import { Picture } from "./picture";
import { Playback } from "./playback";
import { Programs } from "./programs";
import { savePicture } from "./saved-picture";
import {
  DEFAULT_OPTIONS,
  type Insets,
  type Look,
  type NetworkShape,
  type Picked,
  type ViewOptions,
  type ViewStats,
  type WeightLayer,
  type WeightPlace,
} from "./types";
import { walk } from "./walking";

/** What is left of the edges' density while neurons fire. */
const DIMMED_BY_ACTIVITY = 0.5;
/** Room for labels around the network, in pixels. */
const MARGIN = { top: 22, right: 26, bottom: 58, left: 26 };
const CLASS_NAME_ROOM = 34;
const MOST_PIXEL_RATIO = 2;

const sameInsets = (one: Insets, other: Insets): boolean =>
  (["top", "right", "bottom", "left"] as const).every((side) => one[side] === other[side]);

/** Draws one network on one canvas. Draws only when something changed: a view at rest costs nothing. */
export class NetworkView {
  private readonly options: ViewOptions;
  private readonly renderer: WebGLRenderer;
  private density: DensityField;
  private picture: Picture;
  private readonly rig: CameraRig;
  private readonly labels: Labels;
  private programs: Programs;
  private readonly interaction: Interaction;
  private readonly observer: ResizeObserver;
  private readonly focused = new Focus();
  private readonly loop = new FrameLoop((now) => this.onFrame(now));
  private drawn: DrawnNetwork | null = null;
  private width = 1;
  private height = 1;
  private drawCalls = 0;
  private lastUpdateMs = 0;
  private buildMs = 0;
  private cameraMoved = true;
  /** Nothing is on screen yet: the neurons come first, the edges with the next frame, so that neither is waited for. */
  private blank = true;
  private readonly received = new Meter();
  private readonly playback = new Playback();
  private lost = false;
  private disposed = false;
  private focusListener: (hovered: Picked, pinned: Picked) => void = () => {};
  private lostListener: () => void = () => {};
  private restoredListener: () => void = () => {};

  /** Say whether this browser can draw the view at all. */
  static supported(): boolean {
    const context = document.createElement("canvas").getContext("webgl2");
    if (!context) return false;
    const able =
      context.getExtension("EXT_color_buffer_float") !== null ||
      context.getExtension("EXT_color_buffer_half_float") !== null;
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return able;
  }

  /** Take over the canvas, whose parent must be positioned. The canvas cannot be used again after dispose(). */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    options: Partial<ViewOptions> = {},
  ) {
    this.options = { ...DEFAULT_OPTIONS, ...options };
    this.renderer = new WebGLRenderer({
      canvas,
      antialias: false,
      alpha: false,
      depth: false,
      stencil: false,
      powerPreference: "high-performance",
    });
    this.renderer.autoClear = false;
    this.renderer.sortObjects = true;
    this.renderer.info.autoReset = false;
    this.renderer.debug.checkShaderErrors = this.options.debug;
    this.density = new DensityField(this.renderer);
    this.picture = new Picture(this.renderer, this.density);
    this.labels = new Labels(canvas);
    this.rig = new CameraRig(canvas, this.onCamera);
    this.programs = new Programs(this.renderer, this.rig.camera, this.density.screen.material);
    this.interaction = new Interaction(canvas, this.focused, {
      pick: (x, y) => this.pickAt(x, y),
      focus: (picked, pinned) => this.focus(picked, pinned),
      name: (picked) => this.nameNeuron(picked),
      walk: (from, key) => walk(this.drawn?.placed.layers.map(({ size }) => size) ?? [], from, key),
      reset: () => this.resetView(),
    });
    canvas.addEventListener("webglcontextlost", this.onLost);
    canvas.addEventListener("webglcontextrestored", this.onRestored);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    this.applyOptions();
    this.resize();
  }

  /** Show another network, without weights until setWeights gives them. */
  setNetwork(shape: NetworkShape): void {
    const began = performance.now();
    this.dropNetwork();
    this.drawn = new DrawnNetwork(this.renderer, this.density.screen, shape, this.options.strongest);
    this.drawn.setColours(this.colours, this.options.theme === "light");
    this.sizeDensity();
    this.labels.setLayers(shape.layers);
    if (!this.rig.moved) this.frameNetwork("default", false);
    this.picture.restart();
    this.cameraMoved = true;
    this.buildMs = performance.now() - began;
    this.loop.invalidate();
  }

  /** Show these weights, one entry for each connection; of several calls the newest wins. The arrays are kept. */
  setWeights(layers: readonly WeightLayer[]): void {
    if (!this.drawn) return;
    const began = performance.now();
    const { edges } = this.drawn;
    edges.blocks.forEach(({ shape }, index) => {
      const given = layers[index];
      if (!given || given.rows !== shape.rows || given.columns !== shape.columns) {
        throw new RangeError(`Weights ${index} do not fit the connection of ${shape.rows} x ${shape.columns}.`);
      }
    });
    const first = edges.blocks.every((block) => block.weights === null);
    edges.setWeights(layers, this.options.strongest);
    if (first) this.picture.restart();
    else this.picture.refresh();
    if (this.focused.picked) this.applyFocus();
    this.lastUpdateMs = performance.now() - began;
    this.received.add(
      layers.reduce((sum, { values }) => sum + values.byteLength, 0),
      began,
    );
    if (first) this.buildMs += this.lastUpdateMs;
    this.loop.invalidate();
  }

  setOptions(partial: Partial<ViewOptions>): void {
    const before = { ...this.options };
    Object.assign(this.options, partial);
    this.applyOptions();
    if (!this.rig.moved && !sameInsets(before.insets, this.options.insets)) this.frameNetwork("default", false);
    if (before.strongest !== this.options.strongest) {
      this.drawn?.edges.choose(this.options.strongest);
      if (this.sizeDensity()) this.onCamera();
      else this.picture.refresh();
    }
    if (this.options.showWeights && !before.showWeights) this.picture.restart();
    this.loop.invalidate();
  }

  /** Replace a layer's words, its spike rate for example. */
  setLabel(layer: number, label: string, sublabel = ""): void {
    this.labels.setText(layer, label, sublabel);
    this.cameraMoved = true;
    this.loop.invalidate();
  }

  resetView(): void {
    this.look("default");
  }

  look(from: Look): void {
    this.frameNetwork(from, true);
  }

  /**
   * Take the canvas's size and the screen's pixel ratio anew. Happens by itself when the canvas changes; whoever covers
   * less of a smaller canvas says so here, since the network is fitted into what both leave.
   */
  resize(insets: Insets = this.options.insets): void {
    const width = Math.max(1, this.canvas.clientWidth);
    const height = Math.max(1, this.canvas.clientHeight);
    const ratio = Math.min(MOST_PIXEL_RATIO, window.devicePixelRatio || 1);
    this.labels.follow();
    if (width === this.width && height === this.height && ratio === this.renderer.getPixelRatio()) return;
    const before = { width: this.width, height: this.height, insets: this.room };
    this.options.insets = insets;
    this.width = width;
    this.height = height;
    this.setDrawingSize(width, height, ratio);
    this.rig.setAspect(width / height);
    if (!this.rig.moved) this.frameNetwork("default", false);
    else if (this.drawn) this.rig.refit(this.drawn.placed, before, { width, height, insets: this.room });
    this.onCamera();
    // A resized canvas is blank until it is drawn: do it before the browser shows it.
    if (this.drawn) this.onFrame(performance.now());
  }

  /**
   * Show membranes (0 to 1) and spikes of every layer; null leaves a layer calm, empty lists all of them. Spikes travel
   * from the neurons of `sending`, by default from all that spike: layer by layer they make a wave.
   */
  setActivity(membranes: (Float32Array | null)[], spikes: (Uint8Array | null)[], sending = spikes): void {
    if (!this.drawn) return;
    this.playback.set(this.drawn, membranes, spikes, sending);
    this.loop.invalidate();
  }

  /** Let the spikes of the last setActivity travel to the layers they reach. With reduced motion they stay unseen. */
  playPulses(durationMs = 500): void {
    if (this.options.reducedMotion) return;
    this.playback.play(durationMs);
    this.loop.invalidate();
  }

  /** Show the spikes on their way, 0 where they fired and 1 where they arrive; null hides them. Ends playPulses. */
  setPulsePhase(phase: number | null): void {
    if (this.drawn) this.playback.show(this.drawn, phase);
    this.loop.invalidate();
  }

  /** Show only the edges of one neuron. A pinned one stays until another is pinned or null is. */
  focus(picked: Picked, pinned: boolean): void {
    const known = this.drawn?.known(picked) ?? null;
    const before = { hovered: this.focused.hovered, pinned: this.focused.pinned };
    const marked = this.focused.mark(null, undefined);
    if (pinned) this.focused.pinned = known;
    else this.focused.hovered = known;
    if (!marked && same(before.hovered, this.focused.hovered) && same(before.pinned, this.focused.pinned)) return;
    this.applyFocus();
    this.focusListener(this.focused.hovered, this.focused.pinned);
    this.loop.invalidate();
  }

  /** Let one weight stand out, and both its neurons, until null or a focus follows. */
  markWeight(place: WeightPlace | null): void {
    if (!this.focused.mark(place, this.drawn?.shape.connections[place?.connection ?? -1])) return;
    this.nameNeuron(place && this.focused.picked);
    this.applyFocus();
    this.loop.invalidate();
  }

  onHover(listener: (picked: Picked) => void): void {
    this.interaction.hoverListener = listener;
  }

  onPick(listener: (picked: Picked) => void): void {
    this.interaction.pickListener = listener;
  }

  /** Is told of the neuron that is pointed at and of the pinned one, by pointer, keys or program. */
  onFocus(listener: (hovered: Picked, pinned: Picked) => void): void {
    this.focusListener = listener;
  }

  onContextLost(listener: () => void): void {
    this.lostListener = listener;
  }

  onContextRestored(listener: () => void): void {
    this.restoredListener = listener;
  }

  /** Give where a neuron is on the canvas, in CSS pixels; null behind the camera or without a network. */
  positionOf(layer: number, neuron: number): { x: number; y: number } | null {
    const known = this.drawn?.known({ layer, neuron });
    if (!this.drawn || !known) return null;
    const seen = project(this.eye(), ...this.drawn.placeOf(known));
    return seen.w > 0 ? { x: seen.x, y: seen.y } : null;
  }

  /** Resolve when the picture is complete and nothing moves. */
  settled(): Promise<void> {
    return this.loop.settled();
  }

  /** Give the density of all edges around a point of the canvas (CSS pixels), summed over (2·radius + 1)² texels. */
  readDensity(x: number, y: number, radius = 2): Density {
    return this.density.read(this.density.shown, x / this.width, y / this.height, radius);
  }

  /** Give a PNG of the complete picture with its labels, at `scale` times the size in CSS pixels. */
  async screenshot(scale = 2): Promise<Blob> {
    await this.settled();
    const ratio = this.renderer.getPixelRatio();
    this.setDrawingSize(this.width, this.height, scale);
    this.picture.restart();
    this.focused.stale = this.focused.picked !== null;
    while (this.onFrame(performance.now()).again);
    const texts = this.labels.painted();
    const saved = savePicture(this.canvas, texts, scale);
    this.setDrawingSize(this.width, this.height, ratio);
    this.onCamera();
    return saved;
  }

  stats(): ViewStats {
    const edges = this.drawn?.edges;
    const { geometries, textures } = this.renderer.info.memory;
    return {
      fps: this.loop.fps,
      drawCalls: this.drawCalls,
      edgesDrawn: edges && this.options.showWeights ? Math.round(edges.count * this.picture.done) : 0,
      edgesTotal: edges?.count ?? 0,
      edgesInNetwork: edges?.total ?? 0,
      bytesPerSecond: this.received.perSecond(performance.now()),
      lastUpdateMs: this.lastUpdateMs,
      buildMs: this.buildMs,
      bytes: this.density.bytes + (this.drawn?.bytes ?? 0),
      frames: this.loop.frames,
      geometries,
      textures,
    };
  }

  /** Free everything on the GPU and on the page. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.loop.stop();
    this.observer.disconnect();
    this.canvas.removeEventListener("webglcontextlost", this.onLost);
    this.canvas.removeEventListener("webglcontextrestored", this.onRestored);
    this.interaction.dispose();
    this.dropNetwork();
    this.rig.dispose();
    this.labels.dispose();
    this.density.dispose();
    this.programs.dispose();
    this.renderer.dispose();
    // Browsers keep few contexts alive; do not wait for the garbage collector.
    if (!this.lost) this.renderer.forceContextLoss();
  }

  private get colours(): Colours {
    return coloursOf(this.options.theme, this.options.palette);
  }

  private setDrawingSize(width: number, height: number, ratio: number): void {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.sizeDensity();
  }

  /** Fit the density targets to the window and to the number of edges; says whether that changed them. */
  private sizeDensity(): boolean {
    const ratio = this.renderer.getPixelRatio();
    const [width, height] = [this.width * ratio, this.height * ratio];
    const scale = this.density.scaleFor(width, height, ratio, this.drawn?.edges.count ?? 0);
    return this.density.resize(width * scale, height * scale);
  }

  private applyOptions(): void {
    const light = this.options.theme === "light";
    this.density.setColours(this.colours, light);
    this.drawn?.setColours(this.colours, light);
    this.labels.setColours(this.colours);
    this.labels.setVisible(this.options.showLabels);
    this.rig.reducedMotion = this.options.reducedMotion;
    this.cameraMoved = true;
  }

  /** What the network leaves free at each side of the window. */
  private get room(): Insets {
    const named = this.drawn?.shape.layers.some((layer) => layer.classNames?.length);
    const { insets } = this.options;
    return {
      top: insets.top + MARGIN.top,
      right: insets.right + MARGIN.right + (named ? CLASS_NAME_ROOM : 0),
      bottom: insets.bottom + MARGIN.bottom,
      left: insets.left + MARGIN.left,
    };
  }

  private frameNetwork(from: Look, fly: boolean): void {
    if (!this.drawn) return;
    this.rig.look(from, this.drawn.placed, this.width, this.height, this.room, fly);
  }

  private dropNetwork(): void {
    this.drawn?.dispose();
    this.drawn = null;
    if (this.focused.picked) this.focusListener(null, null);
    this.focused.clear();
    this.playback.clear();
    this.labels.setTag(null, 0, 0);
  }

  private applyFocus(): void {
    if (this.drawn) this.focused.apply(this.drawn.placed, this.drawn.nodes, this.drawn.edges);
  }

  private readonly onCamera = (): void => {
    this.cameraMoved = true;
    this.picture.restart();
    this.focused.stale = this.focused.picked !== null;
    this.loop.invalidate();
  };

  /** Draw one frame: at most one chunk of edges, then the picture as far as it is. */
  private onFrame(now: number): FrameOutcome {
    const { drawn } = this;
    if (!drawn || this.lost || this.disposed) return { again: false, edges: 0 };
    if (!this.programs.ready) return { again: true, edges: 0 };
    const flying = this.rig.advance(now);
    const pulsing = this.playback.advance(drawn, now);
    this.renderer.info.reset();
    const edges = this.drawEdges(drawn);
    this.drawScreen(drawn);
    this.drawCalls = this.renderer.info.render.calls;
    this.placeLabels(drawn.placed);
    return { again: flying || pulsing || (this.options.showWeights && this.picture.pending), edges };
  }

  private drawEdges({ edges }: DrawnNetwork): number {
    if (!this.options.showWeights) return 0;
    if (this.blank) {
      this.blank = false;
      return 0;
    }
    const { camera, depths } = this.rig;
    const { texels } = this.density;
    const pixelsPerUnit = this.rig.pixelsPerUnit(this.height);
    const sight: Sight = { camera, depths, pixelsPerUnit, texels, texelsPerPixel: texels.width / this.width };
    const drawn = this.picture.pending ? edges.count : 0;
    this.picture.advance(edges, this.loop.budget, sight);
    if (this.focused.stale) this.focused.draw(this.renderer, this.density, edges, sight);
    return drawn;
  }

  private drawScreen({ nodes, pulses, scene }: DrawnNetwork): void {
    const { camera, depths } = this.rig;
    const [shown, focused] = this.options.showWeights ? this.focused.gains : [0, 0];
    const ratio = this.renderer.getPixelRatio();
    const [width, height] = [this.width * ratio, this.height * ratio];
    const quiet = this.playback.active && !this.focused.picked ? DIMMED_BY_ACTIVITY : 1;
    this.density.prepare(quiet * shown * this.picture.gain, focused, this.options.exposure, width);
    pulses.setWindow(width, height, ratio);
    const uniforms = nodes.mesh.material.uniforms;
    (uniforms.depthRange.value as Vector2).set(...depths);
    uniforms.pixelsPerUnit.value = height / (2 * HALF_TAN);
    nodes.sortFor(camera.position.x, camera.position.z);
    this.renderer.setRenderTarget(null);
    this.renderer.render(scene, camera);
  }

  private placeLabels(placed: DrawnNetwork["placed"]): void {
    if (this.options.debug) this.labels.setHud(hudText(this.stats()));
    else this.labels.setHud(null);
    if (!this.cameraMoved) return;
    this.cameraMoved = false;
    this.labels.place(placed, this.eye());
  }

  private eye(): Eye {
    const { camera } = this.rig;
    camera.updateMatrixWorld();
    const matrix = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse).elements;
    const { x, y, z } = camera.position;
    const pixelsAtOne = this.height / (2 * HALF_TAN);
    return { matrix, position: [x, y, z], width: this.width, height: this.height, pixelsAtOne };
  }

  private pickAt(x: number, y: number): Picked {
    return this.drawn && Number.isFinite(x) ? pick(this.drawn.placed, this.eye(), x, y) : null;
  }

  private nameNeuron(picked: Picked): void {
    const place = picked && this.options.showLabels ? this.positionOf(picked.layer, picked.neuron) : null;
    if (!picked || !place || !this.drawn) return this.labels.setTag(null, 0, 0);
    this.labels.setTag(this.drawn.nameOf(picked), place.x, place.y);
  }

  private readonly onLost = (event: Event): void => {
    event.preventDefault();
    this.lost = true;
    this.loop.stop();
    this.lostListener();
  };

  /** Begin anew on the restored context: what three.js kept of the lost one can be neither used nor deleted. */
  private readonly onRestored = (): void => {
    this.lost = false;
    const before = this.drawn;
    this.density = new DensityField(this.renderer);
    this.picture = new Picture(this.renderer, this.density);
    this.programs = new Programs(this.renderer, this.rig.camera, this.density.screen.material);
    if (before) {
      this.drawn = new DrawnNetwork(this.renderer, this.density.screen, before.shape, this.options.strongest);
      this.drawn.takeOver(before, this.options.strongest);
    }
    this.applyOptions();
    this.sizeDensity();
    this.applyFocus();
    this.onCamera();
    this.restoredListener();
  };
}
