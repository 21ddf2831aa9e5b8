import { describe, expect, it } from "vitest";
import type { ConnectionShape, WindowShape } from "../../src/view3d";
import { endsOf, middleOf, visitNeuron } from "../../src/view3d/windows";

const kernel = (over: Partial<WindowShape> = {}): ConnectionShape => {
  const window: WindowShape = {
    kernel: 3,
    stride: 2,
    padding: 1,
    source: [2, 5, 6],
    target: [4, 3, 3],
    depthwise: false,
    ...over,
  };
  const maps = window.depthwise ? 1 : window.source[0];
  return { from: 0, to: 1, rows: window.target[0], columns: maps * window.kernel ** 2, window };
};
const pool = () => kernel({ kernel: 2, stride: 2, padding: 0, source: [3, 4, 4], target: [3, 2, 2], depthwise: true });

/** Every pair of a connection as receiver, sender, weight. */
function pairs(shape: ConnectionShape, receives: boolean): string[] {
  const { source, target } = shape.window as WindowShape;
  const sizes = [source, target].map(([maps, height, width]) => maps * height * width);
  const found: string[] = [];
  for (let neuron = 0; neuron < sizes[receives ? 1 : 0]; neuron++) {
    visitNeuron(shape, neuron, receives, (weight, other) =>
      found.push(receives ? `${neuron} ${other} ${weight}` : `${other} ${neuron} ${weight}`),
    );
  }
  return found.sort();
}

describe("a kernel's connections", () => {
  it.each([
    ["strided and padded", kernel()],
    ["plain", kernel({ stride: 1, padding: 0, source: [1, 4, 4], target: [2, 2, 2] })],
    ["of pooling", pool()],
    [
      "of windows that overlap",
      kernel({ stride: 1, padding: 0, source: [2, 4, 4], target: [2, 2, 2], depthwise: true }),
    ],
  ])("are the same seen from either end: %s", (_, shape) => {
    const read = pairs(shape, true);
    expect(read.length).toBeGreaterThan(10);
    expect(pairs(shape, false)).toEqual(read);
  });

  it("are those of a convolution worked out by hand", () => {
    const found: [number, number][] = [];
    // Map 1, row 0, column 2: its kernel begins one row above the maps and covers columns 3 to 5.
    visitNeuron(kernel(), 9 + 2, true, (weight, source) => found.push([weight, source]));
    expect(found).toEqual([
      [18 + 3, 3],
      [18 + 4, 4],
      [18 + 5, 5],
      [18 + 6, 9],
      [18 + 7, 10],
      [18 + 8, 11],
      [27 + 3, 33],
      [27 + 4, 34],
      [27 + 5, 35],
      [27 + 6, 39],
      [27 + 7, 40],
      [27 + 8, 41],
    ]);
  });

  it("of pooling stay within a map", () => {
    const sources: number[] = [];
    visitNeuron(pool(), 4, true, (_, source) => sources.push(source));
    expect(sources).toEqual([16, 17, 20, 21]);
  });

  it("stand for their map in its middle", () => {
    const { window } = kernel();
    expect(middleOf(window as WindowShape)).toBe(4);
  });

  it("have two ends each, but for what lies beyond the maps", () => {
    // In the middle of map 2 of 3×3 the kernel covers rows and columns 1 to 3 of the maps before.
    expect(endsOf(kernel(), 2, 9 + 4)).toEqual([2 * 9 + 4, 30 + 2 * 6 + 2]);
    const beyond = kernel({ kernel: 5, stride: 1, padding: 2, source: [1, 2, 2], target: [1, 2, 2] });
    expect(endsOf(beyond, 0, 24)).toEqual([3, null]);
    expect(endsOf({ from: 0, to: 1, rows: 5, columns: 7 }, 3, 6)).toEqual([3, 6]);
  });

  it("of a neuron with itself are one", () => {
    const shape: ConnectionShape = { from: 1, to: 1, rows: 5, columns: 1, oneToOne: true };
    for (const receives of [true, false]) {
      const found: number[][] = [];
      visitNeuron(shape, 3, receives, (weight, other) => found.push([weight, other]));
      expect(found).toEqual([[3, 3]]);
    }
  });
});
