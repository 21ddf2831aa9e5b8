import {
  BufferGeometry,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  Mesh,
  NoBlending,
  RawShaderMaterial,
  RGBAFormat,
  RGFormat,
  Vector2,
  Vector3,
  WebGLRenderTarget,
  type WebGLRenderer,
} from "three";
import type { Colours } from "./palette";
import { RESOLVE_FRAGMENT, SCREEN_VERTEX } from "./shaders";

/** Texels of all density targets together stay below this: 2 x 16 M texels of 4 bytes. */
const MOST_TEXELS = 9_000_000;
const MANY_EDGES = 150_000;

export interface Density {
  positive: number;
  negative: number;
}

/** The pictures of edges as (positive, negative) density, and the pass that turns them into colour. */
export class DensityField {
  /** What is on screen. */
  shown: WebGLRenderTarget;
  /** Where the next picture grows while the one before stays on screen. */
  private spare: WebGLRenderTarget | null = null;
  private focus: WebGLRenderTarget | null = null;
  readonly screen: Mesh<BufferGeometry, RawShaderMaterial>;
  private width = 1;
  private height = 1;
  private readonly format;
  /** Whether pictures are computed by the processor: then every texel is felt, and finer ones are not worth it. */
  private readonly software: boolean;

  constructor(private readonly renderer: WebGLRenderer) {
    // Without float targets some devices still have half floats, though only with four channels.
    this.format = renderer.extensions.has("EXT_color_buffer_float") ? RGFormat : RGBAFormat;
    this.software = isSoftware(renderer.getContext());
    this.shown = this.makeTarget();
    const geometry = new BufferGeometry();
    geometry.setDrawRange(0, 3);
    this.screen = new Mesh(geometry, makeMaterial());
    this.screen.frustumCulled = false;
    this.screen.renderOrder = 0;
  }

  /**
   * Give the texels per pixel of the drawing buffer. Lines are one texel wide, so more texels make them finer and
   * smoother; where edges are very many their number does that, and texels would only cost.
   */
  scaleFor(width: number, height: number, pixelRatio: number, edges: number): number {
    const wanted = pixelRatio >= 1.5 || edges > MANY_EDGES || this.software ? 1 : 2;
    return Math.min(wanted, Math.sqrt(MOST_TEXELS / (width * height)));
  }

  get bytes(): number {
    const targets = 1 + Number(this.spare !== null) + Number(this.focus !== null);
    return targets * this.width * this.height * (this.format === RGFormat ? 4 : 8);
  }

  /** Give all targets this size in texels; says whether it is another than before. */
  resize(width: number, height: number): boolean {
    const before = [this.width, this.height];
    this.width = Math.max(1, Math.round(width));
    this.height = Math.max(1, Math.round(height));
    for (const target of [this.shown, this.spare, this.focus]) target?.setSize(this.width, this.height);
    return before[0] !== this.width || before[1] !== this.height;
  }

  get texels(): { width: number; height: number } {
    return { width: this.width, height: this.height };
  }

  get spareTarget(): WebGLRenderTarget {
    return (this.spare ??= this.makeTarget());
  }

  get focusTarget(): WebGLRenderTarget {
    return (this.focus ??= this.makeTarget());
  }

  /** Put the picture that grew in the spare target on screen. */
  swap(): void {
    [this.shown, this.spare] = [this.spareTarget, this.shown];
  }

  clear(target: WebGLRenderTarget): void {
    this.renderer.setRenderTarget(target);
    this.renderer.setClearColor(0x000000, 0);
    this.renderer.clear(true, false, false);
  }

  setColours(colours: Colours, light: boolean): void {
    const uniforms = this.screen.material.uniforms;
    for (const name of ["positive", "negative", "neutral", "backgroundTop", "backgroundBottom"] as const) {
      (uniforms[name].value as Vector3).set(...colours[name]);
    }
    uniforms.glow.value = light ? 0 : 0.38;
  }

  /** Set what the next resolve shows: gains of the whole picture and of the focused neuron's, 0 for not at all. */
  prepare(shownGain: number, focusGain: number, exposure: number, pixelsWide: number): void {
    const uniforms = this.screen.material.uniforms;
    uniforms.shown.value = this.shown.texture;
    uniforms.focused.value = this.focus?.texture ?? this.shown.texture;
    uniforms.shownGain.value = shownGain;
    uniforms.focusGain.value = focusGain;
    uniforms.exposure.value = exposure;
    // Four bilinear taps: a tent about one and a half pixels wide, whatever the texels per pixel.
    const reach = this.width > 1.3 * pixelsWide ? 0.85 : 0.5;
    (uniforms.texel.value as Vector2).set(reach / this.width, reach / this.height);
  }

  /** Sum the density of the texels around a place given as shares of width and height from the top left. */
  read(target: WebGLRenderTarget, x: number, y: number, radius: number): Density {
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    const side = 2 * radius + 1;
    const left = Math.min(Math.max(0, Math.floor(x * this.width) - radius), this.width - side);
    const bottom = Math.min(Math.max(0, Math.floor((1 - y) * this.height) - radius), this.height - side);
    const pixels = new Float32Array(4 * side * side);
    this.renderer.setRenderTarget(target);
    gl.readPixels(left, bottom, side, side, gl.RGBA, gl.FLOAT, pixels);
    this.renderer.setRenderTarget(null);
    const density = { positive: 0, negative: 0 };
    for (let at = 0; at < pixels.length; at += 4) {
      density.positive += pixels[at];
      density.negative += pixels[at + 1];
    }
    return density;
  }

  dispose(): void {
    for (const target of [this.shown, this.spare, this.focus]) target?.dispose();
    this.screen.geometry.dispose();
    this.screen.material.dispose();
  }

  private makeTarget(): WebGLRenderTarget {
    return new WebGLRenderTarget(this.width, this.height, {
      format: this.format,
      type: HalfFloatType,
      minFilter: LinearFilter,
      magFilter: LinearFilter,
      depthBuffer: false,
      stencilBuffer: false,
      generateMipmaps: false,
    });
  }
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function isSoftware(gl: WebGLRenderingContext | WebGL2RenderingContext): boolean {
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

function makeMaterial(): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: SCREEN_VERTEX,
    fragmentShader: RESOLVE_FRAGMENT,
    depthTest: false,
    depthWrite: false,
    blending: NoBlending,
    uniforms: {
      shown: { value: null },
      focused: { value: null },
      texel: { value: new Vector2() },
      shownGain: { value: 1 },
      focusGain: { value: 0 },
      exposure: { value: 1 },
      glow: { value: 0 },
      positive: { value: new Vector3() },
      negative: { value: new Vector3() },
      neutral: { value: new Vector3() },
      backgroundTop: { value: new Vector3() },
      backgroundBottom: { value: new Vector3() },
    },
  });
}
