import {
  BoxGeometry,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  PerspectiveCamera,
  RawShaderMaterial,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { deviceOn, stackOf, type Crossbar, type Stack } from "./stack";

const VERTEX = `
precision highp float;
uniform mat4 modelViewMatrix, projectionMatrix;
in vec3 position, normal, middle, size, colour;
out vec3 shade;
void main() {
  float light = 0.62 + 0.3 * max(normal.y, 0.0) + 0.12 * normal.x + 0.08 * normal.z;
  shade = colour * light;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(middle + size * position, 1.0);
}`;
const FRAGMENT = `
precision mediump float;
in vec3 shade;
out vec4 fragment;
void main() { fragment = vec4(shade, 1.0); }`;
const FIELD_OF_VIEW = 35;
const MOST_PIXEL_RATIO = 2;
/** Of the picture that the stack takes. */
const ROOM = 0.9;
const KEY_TURN = Math.PI / 24;
const KEY_ZOOM = 1.15;
const FROM = new Vector3(0.45, 0.62, 0.9).normalize();

/** How far from its middle a box is seen whole, with a little room around it. */
function distanceFor([x, y, z]: readonly [number, number, number], aspect: number): number {
  const right = new Vector3(FROM.z, 0, -FROM.x).normalize();
  const up = new Vector3().crossVectors(FROM, right);
  const tangent = ROOM * Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
  const corners = [-1, 1].flatMap((i) => [-1, 1].flatMap((j) => [-1, 1].map((k) => new Vector3(i * x, j * y, k * z))));
  return Math.max(
    ...corners.map((corner) => {
      const sideways = Math.max(Math.abs(corner.dot(right)) / aspect, Math.abs(corner.dot(up)));
      return corner.dot(FROM) + sideways / tangent;
    }),
  );
}

export interface CrossbarPlan {
  crossbars: readonly Crossbar[];
  /** Siemens at both ends of the scale of colours. */
  low: number;
  high: number;
}

export interface Device {
  crossbar: number;
  row: number;
  column: number;
  siemens: number;
}

/** Draws the stacked crossbars of a circuit on a canvas, and only when something changed. Throws without WebGL 2. */
export class CrossbarView {
  private readonly renderer: WebGLRenderer;
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 5000);
  private readonly controls: OrbitControls;
  private readonly scene = new Scene();
  private readonly material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
  });
  private readonly observer: ResizeObserver;
  private mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial> | null = null;
  private stack: Stack | null = null;
  private plan: CrossbarPlan | null = null;
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.addEventListener("change", this.redraw);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    canvas.addEventListener("keydown", this.onKey);
  }

  /** Draw other crossbars, the first at the bottom, and stand where all are seen. */
  show(plan: CrossbarPlan): void {
    this.clear();
    this.plan = plan;
    this.stack = stackOf(plan.crossbars, plan.low, plan.high);
    const { boxes } = this.stack;
    const box = new BoxGeometry(1, 1, 1);
    const geometry = new InstancedBufferGeometry();
    geometry.index = box.index;
    geometry.setAttribute("position", box.getAttribute("position"));
    geometry.setAttribute("normal", box.getAttribute("normal"));
    geometry.setAttribute("middle", new InstancedBufferAttribute(boxes.middles, 3));
    geometry.setAttribute("size", new InstancedBufferAttribute(boxes.sizes, 3));
    geometry.setAttribute("colour", new InstancedBufferAttribute(boxes.colours, 3));
    geometry.instanceCount = boxes.count;
    this.mesh = new Mesh(geometry, this.material);
    this.mesh.frustumCulled = false;
    this.scene.add(this.mesh);
    this.look();
  }

  /** Stand where the whole stack is seen. */
  look(): void {
    if (!this.stack) return;
    const radius = Math.hypot(...this.stack.half);
    const distance = distanceFor(this.stack.half, this.camera.aspect);
    this.camera.position.copy(FROM).multiplyScalar(distance);
    this.camera.near = distance / 100;
    this.camera.far = distance * 20;
    this.camera.updateProjectionMatrix();
    this.controls.target.set(0, 0, 0);
    this.controls.minDistance = radius * 0.05;
    this.controls.maxDistance = distance * 4;
    this.controls.update();
    this.redraw();
  }

  /** Give the device under a place of the canvas, in CSS pixels from its corner; null where there is none. */
  deviceAt(x: number, y: number): Device | null {
    if (!this.stack || !this.plan) return null;
    const { clientWidth, clientHeight } = this.canvas;
    const far = new Vector3((2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight, 0.5).unproject(this.camera);
    const along = far.sub(this.camera.position).normalize();
    const found = deviceOn(
      this.plan.crossbars,
      this.stack.floors,
      this.camera.position.toArray() as [number, number, number],
      along.toArray() as [number, number, number],
    );
    if (!found) return null;
    const { columns, siemens } = this.plan.crossbars[found.crossbar];
    return { ...found, siemens: siemens[found.row * columns + found.column] };
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.canvas.removeEventListener("keydown", this.onKey);
    this.observer.disconnect();
    this.controls.dispose();
    this.clear();
    this.material.dispose();
    this.renderer.dispose();
  }

  private clear(): void {
    if (!this.mesh) return;
    this.scene.remove(this.mesh);
    this.mesh.geometry.dispose();
    this.mesh = null;
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio || 1, MOST_PIXEL_RATIO));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    // Drawn at once: a canvas that was resized is empty until it is drawn on.
    this.renderer.render(this.scene, this.camera);
  }

  private readonly redraw = (): void => {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.renderer.render(this.scene, this.camera);
    });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const turns: Record<string, [around: number, up: number, away: number]> = {
      ArrowLeft: [-KEY_TURN, 0, 1],
      ArrowRight: [KEY_TURN, 0, 1],
      ArrowUp: [0, -KEY_TURN, 1],
      ArrowDown: [0, KEY_TURN, 1],
      "+": [0, 0, 1 / KEY_ZOOM],
      "-": [0, 0, KEY_ZOOM],
    };
    if (event.key === "0") this.look();
    else if (event.key in turns) this.turn(...turns[event.key]);
    else return;
    event.preventDefault();
  };

  private turn(around: number, up: number, away: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const radius = offset.length() * away;
    const polar = Math.min(Math.PI - 0.05, Math.max(0.05, Math.acos(offset.y / offset.length()) + up));
    const angle = Math.atan2(offset.x, offset.z) + around;
    offset.set(Math.sin(polar) * Math.sin(angle), Math.cos(polar), Math.sin(polar) * Math.cos(angle));
    this.camera.position.copy(this.controls.target).addScaledVector(offset, radius);
    this.controls.update();
    this.redraw();
  }
}
