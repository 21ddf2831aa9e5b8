import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { directionOf, FIELD_OF_VIEW, frame, HALF_TAN, refit } from "../../src/view3d/framing";
import { layout } from "../../src/view3d/layout";
import { pick, project, type Eye } from "../../src/view3d/picking";
import type { Insets, Look } from "../../src/view3d";
import { networkOf } from "./shapes";

const NO_INSETS: Insets = { top: 0, right: 0, bottom: 0, left: 0 };

function eyeOf(sizes: number[], look: Look, width: number, height: number, insets = NO_INSETS) {
  const placed = layout(networkOf(sizes));
  const { position, target } = frame(placed, directionOf(look, width / height), width, height, insets);
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, width / height, 0.05, 500);
  camera.position.set(...position);
  camera.lookAt(new Vector3(...target));
  camera.updateMatrixWorld();
  const matrix = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse).elements;
  const eye: Eye = { matrix, position, width, height, pixelsAtOne: height / (2 * HALF_TAN) };
  return { placed, eye };
}

describe("frame", () => {
  const windows: [number, number][] = [
    [1280, 800],
    [390, 700],
    [1900, 500],
  ];
  const looks: Look[] = ["default", "front", "side", "top"];

  it.each(windows.flatMap((window) => looks.map((look) => [...window, look] as const)))(
    "fills %i x %i from %s, and leaves nothing out",
    (width, height, look) => {
      const insets = { top: 30, right: 60, bottom: 50, left: 20 };
      const { placed, eye } = eyeOf([784, 100, 10], look, width, height, insets);
      const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
      for (let node = 0; node < placed.count; node++) {
        const seen = project(eye, placed.nodes[4 * node], placed.nodes[4 * node + 1], placed.nodes[4 * node + 2]);
        expect(seen.w).toBeGreaterThan(0);
        box.left = Math.min(box.left, seen.x);
        box.right = Math.max(box.right, seen.x);
        box.top = Math.min(box.top, seen.y);
        box.bottom = Math.max(box.bottom, seen.y);
      }
      expect(box.left).toBeGreaterThanOrEqual(insets.left - 0.5);
      expect(box.right).toBeLessThanOrEqual(width - insets.right + 0.5);
      expect(box.top).toBeGreaterThanOrEqual(insets.top - 0.5);
      expect(box.bottom).toBeLessThanOrEqual(height - insets.bottom + 0.5);
      const wide = (box.right - box.left) / (width - insets.left - insets.right);
      const tall = (box.bottom - box.top) / (height - insets.top - insets.bottom);
      expect(Math.max(wide, tall)).toBeGreaterThan(0.93);
    },
  );

  it("shows an image upright and in reading direction", () => {
    const { placed, eye } = eyeOf([784, 100, 10], "default", 1280, 800);
    const seen = (node: number) =>
      project(eye, ...(placed.nodes.subarray(4 * node, 4 * node + 3) as unknown as [number, number, number]));
    expect(seen(27).x).toBeGreaterThan(seen(0).x + 100);
    expect(seen(27 * 28).y).toBeGreaterThan(seen(0).y + 100);
  });
});

describe("pick", () => {
  it.each([[[784, 100, 10]], [[64, 50, 10]], [[784, 12_000, 10]]])(
    "finds the neurons of %s where they appear",
    (sizes) => {
      const { placed, eye } = eyeOf(sizes, "default", 1280, 800);
      let found = 0;
      const last = placed.layers.length - 1;
      for (const [layer, neuron] of [
        [0, 0],
        [last, 0],
        [last, 9],
        [1, 3],
      ]) {
        const at = 4 * (placed.layers[layer].first + neuron);
        const seen = project(eye, placed.nodes[at], placed.nodes[at + 1], placed.nodes[at + 2]);
        const picked = pick(placed, eye, seen.x, seen.y);
        if (picked?.layer === layer && picked.neuron === neuron) found++;
      }
      // One may stand behind another; the ends of the network never do.
      expect(found).toBeGreaterThanOrEqual(3);
    },
  );

  it("finds nothing beside the network", () => {
    const { placed, eye } = eyeOf([784, 100, 10], "default", 1280, 800, { top: 60, right: 60, bottom: 60, left: 60 });
    expect(pick(placed, eye, 3, 3)).toBeNull();
  });

  it("prefers the nearer of two that cover a point", () => {
    const { placed, eye } = eyeOf([1, 1], "front", 800, 600);
    expect(pick(placed, eye, 400, 300)).toEqual({ layer: 1, neuron: 0 });
  });
});

describe("refit", () => {
  const placed = layout(networkOf([784, 100, 10]));
  const wide = { width: 800, height: 700, insets: NO_INSETS };
  const narrow = { width: 360, height: 340, insets: { top: 22, right: 60, bottom: 58, left: 26 } };
  const direction: [number, number, number] = [0.3, 0.5, 0.8];
  const fitted = ({ width, height, insets }: typeof wide) => frame(placed, direction, width, height, insets);
  const armOf = ({ position, target }: ReturnType<typeof fitted>) => position.map((at, axis) => at - target[axis]);
  const lengthOf = (stand: ReturnType<typeof fitted>) => Math.hypot(...armOf(stand));

  it("stands as far as the whole network asks for in the new window, in the same direction", () => {
    const before = fitted(wide);
    const after = refit(placed, before, wide, narrow);
    expect(after.target).toEqual(before.target);
    expect(lengthOf(after)).toBeCloseTo(lengthOf(fitted(narrow)));
    expect(lengthOf(after)).toBeGreaterThan(1.2 * lengthOf(before));
    const [one, other] = [armOf(before), armOf(after)];
    const along = one.reduce((sum, part, axis) => sum + part * other[axis], 0);
    expect(along / (lengthOf(before) * lengthOf(after))).toBeCloseTo(1);
  });

  it("keeps how near a person has gone, and comes back with the window", () => {
    const { target, position } = fitted(wide);
    const near = { target, position: position.map((at, axis) => (at + target[axis]) / 2) as typeof position };
    const there = refit(placed, near, wide, narrow);
    expect(lengthOf(there)).toBeCloseTo(lengthOf(fitted(narrow)) / 2);
    refit(placed, there, narrow, wide).position.forEach((at, axis) => expect(at).toBeCloseTo(near.position[axis]));
  });
});
