import {
  AddEquation,
  BufferGeometry,
  CustomBlending,
  DataTexture,
  DoubleSide,
  FloatType,
  GLSL3,
  Mesh,
  NearestFilter,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
  RGBAFormat,
  Vector2,
  Vector3,
} from "three";
import type { Colours } from "./palette";
import { PULSE_FRAGMENT, PULSE_VERTEX, PULSE_WIDTH } from "./pulse-shaders";
import { PULSE_NUMBERS } from "./pulse-plan";

/** Spikes on their way: comets along the strongest connections of the neurons that fired, in one draw call. */
export class Pulses {
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  private texture = makeTexture(new Float32Array(PULSE_NUMBERS), 1, 1);
  private readonly positions: DataTexture;

  constructor(positions: DataTexture) {
    this.positions = positions;
    this.mesh = new Mesh(new BufferGeometry(), this.makeMaterial());
    this.mesh.geometry.setDrawRange(0, 0);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 1;
    this.mesh.visible = false;
  }

  /** Take pulses as planPulses gives them. */
  set(pulses: Float32Array): void {
    const count = pulses.length / PULSE_NUMBERS;
    const rows = Math.max(1, Math.ceil(count / PULSE_WIDTH));
    const data = new Float32Array(rows * PULSE_WIDTH * PULSE_NUMBERS);
    data.set(pulses);
    this.texture.dispose();
    this.texture = makeTexture(data, PULSE_WIDTH, rows);
    this.mesh.material.uniforms.pulses.value = this.texture;
    this.mesh.geometry.setDrawRange(0, 6 * count);
  }

  /** Show them on their way, 0 at the neurons that fired and 1 at those they reach; null hides them. */
  setPhase(phase: number | null): void {
    this.mesh.visible = phase !== null && this.mesh.geometry.drawRange.count > 0;
    this.mesh.material.uniforms.phase.value = phase ?? 0;
  }

  setColours(colours: Colours, light: boolean): void {
    const uniforms = this.mesh.material.uniforms;
    (uniforms.positive.value as Vector3).set(...colours.positive);
    (uniforms.negative.value as Vector3).set(...colours.negative);
    uniforms.light.value = light ? 1 : 0;
  }

  /** Set the window in device pixels and how many of them make one CSS pixel. */
  setWindow(width: number, height: number, ratio: number): void {
    const uniforms = this.mesh.material.uniforms;
    (uniforms.window.value as Vector2).set(width, height);
    uniforms.ratio.value = ratio;
  }

  dispose(): void {
    this.texture.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }

  private makeMaterial(): RawShaderMaterial {
    return new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: PULSE_VERTEX,
      fragmentShader: PULSE_FRAGMENT,
      side: DoubleSide,
      depthTest: false,
      depthWrite: false,
      transparent: true,
      blending: CustomBlending,
      blendEquation: AddEquation,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
      uniforms: {
        positions: { value: this.positions },
        pulses: { value: this.texture },
        phase: { value: 0 },
        window: { value: new Vector2(1, 1) },
        ratio: { value: 1 },
        light: { value: 0 },
        positive: { value: new Vector3() },
        negative: { value: new Vector3() },
      },
    });
  }
}

function makeTexture(data: Float32Array, width: number, height: number): DataTexture {
  const texture = new DataTexture(data as Float32Array<ArrayBuffer>, width, height, RGBAFormat, FloatType);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
