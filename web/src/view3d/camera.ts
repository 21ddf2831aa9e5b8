import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { directionOf, FIELD_OF_VIEW, frame, radiusOf, refit, type Framing, type Pane } from "./framing";
import type { Layout } from "./layout";
import type { Insets, Look } from "./types";

const FLIGHT_MS = 420;
const KEY_TURN = Math.PI / 24;
const KEY_ZOOM = 1.15;

interface Flight {
  from: [Vector3, Vector3];
  to: [Vector3, Vector3];
  began: number;
}

/** The camera with what moves it: mouse, touch, keys and flights to a named view. */
export class CameraRig {
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.05, 500);
  readonly controls: OrbitControls;
  reducedMotion = false;
  /** Whether a person has moved the camera: then a resize keeps its direction. */
  moved = false;
  /** Distances between which the network's depth lies. */
  readonly depths: [near: number, far: number] = [1, 2];
  private flight: Flight | null = null;
  private radius = 1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly changed: () => void,
  ) {
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.zoomToCursor = true;
    this.controls.addEventListener("change", changed);
    this.controls.addEventListener("start", this.onStart);
    canvas.addEventListener("keydown", this.onKey);
  }

  /** Stand where the whole network is seen; at once, or by flight unless motion is reduced. */
  look(from: Look, placed: Layout, width: number, height: number, insets: Insets, fly: boolean): void {
    this.radius = radiusOf(placed);
    this.controls.minDistance = this.radius * 0.05;
    this.controls.maxDistance = this.radius * 14;
    const aspect = width / height;
    const goal = frame(placed, directionOf(from, aspect), width, height, insets);
    this.moved = from !== "default";
    if (fly && !this.reducedMotion) this.fly(goal);
    else this.stand(goal);
    this.changed();
  }

  /** Follow a window of another size from where a person has put the camera, or to where it flies. */
  refit(placed: Layout, before: Pane, after: Pane): void {
    const [position, target] = this.flight?.to ?? [this.camera.position, this.controls.target];
    const goal = refit(placed, { position: position.toArray(), target: target.toArray() }, before, after);
    if (this.flight) this.flight.to[0].set(...goal.position);
    else this.stand(goal);
  }

  setAspect(aspect: number): void {
    this.camera.aspect = aspect;
    this.camera.updateProjectionMatrix();
  }

  /** Move on by one frame; says whether another is needed. */
  advance(now: number): boolean {
    this.controls.enableDamping = !this.reducedMotion;
    if (this.flight) {
      const { from, to, began } = this.flight;
      const share = Math.min(1, (now - began) / FLIGHT_MS);
      const eased = share * share * (3 - 2 * share);
      this.camera.position.lerpVectors(from[0], to[0], eased);
      this.controls.target.lerpVectors(from[1], to[1], eased);
      if (share === 1) this.flight = null;
      this.changed();
    }
    const turning = this.controls.update();
    const distance = this.camera.position.length();
    this.depths[0] = Math.max(0.01, distance - this.radius);
    this.depths[1] = distance + this.radius;
    return turning || this.flight !== null;
  }

  /** Pixels that one world unit covers at the middle of the network. */
  pixelsPerUnit(height: number): number {
    const distance = Math.max(0.5, this.camera.position.distanceTo(this.controls.target));
    return height / (2 * distance * Math.tan((FIELD_OF_VIEW * Math.PI) / 360));
  }

  dispose(): void {
    this.canvas.removeEventListener("keydown", this.onKey);
    this.controls.dispose();
  }

  private stand(goal: Framing): void {
    this.flight = null;
    this.camera.position.set(...goal.position);
    this.controls.target.set(...goal.target);
    this.controls.update();
  }

  private fly(goal: Framing): void {
    this.flight = {
      from: [this.camera.position.clone(), this.controls.target.clone()],
      to: [new Vector3(...goal.position), new Vector3(...goal.target)],
      began: performance.now(),
    };
  }

  private readonly onStart = (): void => {
    this.moved = true;
    this.flight = null;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turns: Record<string, [number, number]> = {
      ArrowLeft: [-KEY_TURN, 0],
      ArrowRight: [KEY_TURN, 0],
      ArrowUp: [0, -KEY_TURN],
      ArrowDown: [0, KEY_TURN],
    };
    const turn = turns[event.key];
    if (turn) this.orbit(...turn);
    else if (event.key === "+" || event.key === "=") this.zoom(1 / KEY_ZOOM);
    else if (event.key === "-" || event.key === "_") this.zoom(KEY_ZOOM);
    else return;
    event.preventDefault();
    this.moved = true;
    this.changed();
  };

  /** Turn around the target; up and down stop short of the poles. */
  private orbit(azimuth: number, polar: number): void {
    const arm = this.camera.position.clone().sub(this.controls.target);
    const distance = arm.length();
    const around = Math.atan2(arm.x, arm.z) + azimuth;
    const down = Math.min(Math.PI - 0.02, Math.max(0.02, Math.acos(arm.y / distance) + polar));
    arm.set(Math.sin(down) * Math.sin(around), Math.cos(down), Math.sin(down) * Math.cos(around));
    this.camera.position.copy(this.controls.target).addScaledVector(arm, distance);
  }

  private zoom(factor: number): void {
    const arm = this.camera.position.clone().sub(this.controls.target);
    const distance = Math.min(this.controls.maxDistance, Math.max(this.controls.minDistance, arm.length() * factor));
    this.camera.position.copy(this.controls.target).addScaledVector(arm.normalize(), distance);
  }
}
