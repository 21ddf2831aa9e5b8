import type { LayerShape, NetworkShape } from "../../src/view3d";

/** A network of these sizes as the page would describe it; a first layer of n² pixels is an image. */
export function networkOf(sizes: number[]): NetworkShape {
  const side = Math.sqrt(sizes[0]);
  const layers = sizes.map((size, index): LayerShape => {
    const kind = index === 0 ? "input" : index === sizes.length - 1 ? "output" : "hidden";
    const grid: [number, number] | undefined =
      kind === "input" && size > 4 && Number.isInteger(side) ? [side, side] : undefined;
    return { kind, size, grid, label: `Layer ${index}` };
  });
  const connections = sizes.slice(1).map((rows, from) => ({ from, to: from + 1, rows, columns: sizes[from] }));
  return { layers, connections };
}
