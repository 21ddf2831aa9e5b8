import { outlineOf, type Layout } from "./layout";
import type { Insets, Look } from "./types";

type Triple = [x: number, y: number, z: number];

/** Where the camera stands and where it looks. */
export interface Framing {
  target: Triple;
  position: Triple;
}

/** Vertical field of view in degrees: narrow, so that the near end of a network does not outgrow the far one. */
export const FIELD_OF_VIEW = 24;

/** Half the window's height at distance 1. */
export const HALF_TAN = Math.tan((FIELD_OF_VIEW * Math.PI) / 360);

/**
 * Give the direction from the network to the camera. The default sees images in reading direction and the output in
 * front; narrow windows look more along the network, where it is less wide.
 */
export function directionOf(look: Look, aspect: number): Triple {
  if (look === "front") return [1, 0, 0];
  if (look === "side") return [0, 0, 1];
  if (look === "top") return [0, 1, 1e-3];
  const azimuth = (Math.PI / 180) * Math.min(64, Math.max(34, 68 - 18 * aspect));
  const elevation = (Math.PI / 180) * 11;
  return [Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)];
}

/** Stand as near as shows every neuron within the window less its insets (pixels). */
export function frame(placed: Layout, direction: Triple, width: number, height: number, insets: Insets): Framing {
  const [ahead, right, up] = axesOf(direction);
  const aspect = width / height;
  const room = {
    left: 1 - (2 * insets.left) / width,
    right: 1 - (2 * insets.right) / width,
    top: 1 - (2 * insets.top) / height,
    bottom: 1 - (2 * insets.bottom) / height,
  };
  // Each side of the window is a plane: a corner at (across, depth) is inside when across ∓ centre ≤ (distance − depth) · slope.
  const reach = { left: -Infinity, right: -Infinity, top: -Infinity, bottom: -Infinity };
  for (const corner of placed.layers.flatMap(outlineOf)) {
    const across = dot(corner, right);
    const upward = dot(corner, up);
    const depth = -dot(corner, ahead);
    reach.right = Math.max(reach.right, across + depth * HALF_TAN * aspect * room.right);
    reach.left = Math.max(reach.left, -across + depth * HALF_TAN * aspect * room.left);
    reach.top = Math.max(reach.top, upward + depth * HALF_TAN * room.top);
    reach.bottom = Math.max(reach.bottom, -upward + depth * HALF_TAN * room.bottom);
  }
  const wide = { sum: reach.left + reach.right, slope: HALF_TAN * aspect * (room.left + room.right) };
  const tall = { sum: reach.top + reach.bottom, slope: HALF_TAN * (room.top + room.bottom) };
  const distance = Math.max(wide.sum / wide.slope, tall.sum / tall.slope, 1);
  const sideways = middleOf(reach.left, reach.right, room.left, room.right, distance * HALF_TAN * aspect);
  const upwards = middleOf(reach.bottom, reach.top, room.bottom, room.top, distance * HALF_TAN);
  const target = [0, 1, 2].map((axis) => right[axis] * sideways + up[axis] * upwards) as Triple;
  const position = [0, 1, 2].map((axis) => target[axis] - ahead[axis] * distance) as Triple;
  return { target, position };
}

/** A window in pixels, with what covers its sides. */
export interface Pane {
  width: number;
  height: number;
  insets: Insets;
}

/**
 * Keep the direction and the target of a camera that a person has moved while its window changes from one size to
 * another; it goes as many times farther or nearer as the whole network, seen from there, asks for.
 */
export function refit(placed: Layout, stand: Framing, before: Pane, after: Pane): Framing {
  const arm = stand.position.map((at, axis) => at - stand.target[axis]) as Triple;
  const [from, to] = [before, after].map(({ width, height, insets }) => {
    const { position, target } = frame(placed, arm, width, height, insets);
    return Math.hypot(...position.map((at, axis) => at - target[axis]));
  });
  const position = arm.map((along, axis) => stand.target[axis] + (along * to) / from) as Triple;
  return { target: stand.target, position };
}

/** Half way between the two positions at which the network would touch either side. */
function middleOf(low: number, high: number, roomLow: number, roomHigh: number, reach: number): number {
  return (high - reach * roomHigh + (reach * roomLow - low)) / 2;
}

/** Ahead, right and up of a camera that looks against `direction`. */
export function axesOf(direction: Triple): [ahead: Triple, right: Triple, up: Triple] {
  const ahead = normalise([-direction[0], -direction[1], -direction[2]]);
  const right = normalise(cross(ahead, [0, 1, 0]));
  return [ahead, right, cross(right, ahead)];
}

/** Give the radius of a sphere around the origin that holds the network. */
export function radiusOf(placed: Layout): number {
  return placed.layers.flatMap(outlineOf).reduce((radius, corner) => Math.max(radius, Math.hypot(...corner)), 0.5);
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function normalise(a: Triple): Triple {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}
