import { describe, expect, it } from "vitest";
import { Focus } from "../../src/view3d/focus";
import { walk } from "../../src/view3d/walking";

describe("walking from neuron to neuron", () => {
  const sizes = [784, 3, 2];

  it("begins at the first hidden neuron, goes on within its layer, and round at its end", () => {
    expect(walk(sizes, null, "n")).toEqual({ layer: 1, neuron: 0 });
    expect(walk(sizes, { layer: 1, neuron: 2 }, "n")).toEqual({ layer: 1, neuron: 0 });
    expect(walk(sizes, { layer: 1, neuron: 0 }, "N")).toEqual({ layer: 1, neuron: 2 });
  });

  it("goes to the next layer, to its last neuron where it is smaller, and stops at the ends", () => {
    expect(walk(sizes, { layer: 1, neuron: 2 }, "PageDown")).toEqual({ layer: 2, neuron: 1 });
    expect(walk(sizes, { layer: 2, neuron: 1 }, "PageDown")).toEqual({ layer: 2, neuron: 1 });
    expect(walk(sizes, { layer: 0, neuron: 500 }, "PageUp")).toEqual({ layer: 0, neuron: 500 });
  });

  it("takes no other key, and nothing of a network without layers", () => {
    expect(walk(sizes, { layer: 1, neuron: 0 }, "x")).toBeNull();
    expect(walk([], null, "n")).toBeNull();
  });
});

describe("a marked weight", () => {
  const shape = { from: 0, to: 1, rows: 3, columns: 784 };

  it("puts the neuron that receives it in focus, over one that is pinned, until it is let go", () => {
    const focus = new Focus();
    focus.pinned = { layer: 2, neuron: 1 };
    expect(focus.mark({ connection: 0, row: 2, column: 7 }, shape)).toBe(true);
    expect(focus.picked).toEqual({ layer: 1, neuron: 2 });
    expect(focus.mark({ connection: 0, row: 2, column: 7 }, shape)).toBe(false);
    expect(focus.mark({ connection: 0, row: 2, column: 8 }, shape)).toBe(true);
    expect(focus.mark(null, undefined)).toBe(true);
    expect(focus.picked).toEqual({ layer: 2, neuron: 1 });
  });

  it("that the network does not have is none", () => {
    const focus = new Focus();
    expect(focus.mark({ connection: 0, row: 3, column: 0 }, shape)).toBe(false);
    expect(focus.picked).toBeNull();
  });
});
