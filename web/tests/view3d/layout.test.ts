import { describe, expect, it } from "vitest";
import { layout, type Layout } from "../../src/view3d/layout";
import { networkOf } from "./shapes";

const at = (placed: Layout, node: number) => [...placed.nodes.subarray(4 * node, 4 * node + 4)];

/** What of a layout is written down: every layer, and a sample of its neurons. */
function written(placed: Layout): string {
  const round = (value: number) => Number(value.toFixed(4)) + 0;
  const layers = placed.layers.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).map(([key, value]) => [key, typeof value === "number" ? round(value) : value]),
    ),
  );
  const step = Math.max(1, Math.floor(placed.count / 24));
  const nodes = Array.from({ length: Math.ceil(placed.count / step) }, (_, i) => [
    i * step,
    ...at(placed, i * step).map(round),
  ]);
  return `${JSON.stringify({ count: placed.count, layers, nodes }, null, 1)}\n`;
}

describe("layout", () => {
  it.each([[[784, 100, 10]], [[64, 50, 10]], [[2, 10, 2]], [[784, 1000, 1000, 10]], [[784, 10]]])(
    "places %s as written down",
    async (sizes) => {
      await expect(written(layout(networkOf(sizes)))).toMatchFileSnapshot(`golden/layout-${sizes.join("-")}.golden`);
    },
  );

  it("lets images read from left to right and top to bottom, seen from the output's side", () => {
    const placed = layout(networkOf([784, 10]));
    const [, top, left] = at(placed, 0);
    const [, topEnd, right] = at(placed, 27);
    const [, bottom, leftEnd] = at(placed, 27 * 28);
    expect(topEnd).toBeCloseTo(top, 5);
    expect(leftEnd).toBeCloseTo(left, 5);
    expect(bottom).toBeLessThan(top);
    // Seen along −x, with y up, −z is to the right.
    expect(right).toBeLessThan(left);
  });

  it("stands outputs one below the other, the first on top", () => {
    const placed = layout(networkOf([2, 10]));
    const heights = Array.from({ length: 10 }, (_, neuron) => at(placed, 2 + neuron)[1]);
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
    expect(new Set(heights).size).toBe(10);
  });

  it("puts layers in order along x, around the middle", () => {
    const { layers } = layout(networkOf([784, 200, 100, 50, 10]));
    const xs = layers.map((layer) => layer.x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(xs[0]).toBeCloseTo(-xs[xs.length - 1], 5);
  });

  it.each([1, 2, 3, 5, 16, 17, 30, 31, 100, 785, 5000])("keeps %i neurons of a layer apart", (size) => {
    const shape = networkOf([2, size, 2]);
    const placed = layout(shape);
    const { first, radius } = placed.layers[1];
    let nearest = Infinity;
    for (let a = first; a < first + Math.min(size, 30); a++) {
      const p = at(placed, a);
      for (let b = a + 1; b < first + size; b++) {
        const q = at(placed, b);
        nearest = Math.min(nearest, Math.hypot(p[1] - q[1], p[2] - q[2]));
      }
    }
    expect(nearest).toBeGreaterThan(1.6 * radius);
  });

  it("tiles feature maps side by side without overlap", () => {
    const shape = networkOf([4, 4 * 36, 2]);
    shape.layers[1].grid = [6, 6];
    const placed = layout(shape);
    const places = new Set(
      Array.from({ length: 144 }, (_, neuron) =>
        at(placed, 4 + neuron)
          .slice(1, 3)
          .map((value) => value.toFixed(3))
          .join(),
      ),
    );
    expect(placed.layers[1].form).toBe("grid");
    expect(places.size).toBe(144);
  });

  it("holds every neuron within the extent that it reports", () => {
    const placed = layout(networkOf([784, 333, 47]));
    for (const { first, size, halfHeight, halfWidth } of placed.layers) {
      for (let node = first; node < first + size; node++) {
        const [, y, z, radius] = at(placed, node);
        expect(Math.abs(y) + radius).toBeLessThanOrEqual(halfHeight + 1e-5);
        expect(Math.abs(z) + radius).toBeLessThanOrEqual(halfWidth + 1e-5);
      }
    }
  });

  it("places a hundred thousand neurons without complaint", () => {
    expect(layout(networkOf([784, 100_000, 10])).count).toBe(100_794);
  });
});
