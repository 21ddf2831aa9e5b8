/** What the 3D view is told about a network. */
import type { RunSpec } from "../api";
import { KIND_WORDS } from "./words";

export interface ShapeLayer {
  kind: "input" | "hidden" | "output";
  size: number;
  grid?: [height: number, width: number];
  label: string;
  sublabel?: string;
  classNames?: string[];
}

export interface Shape {
  layers: ShapeLayer[];
  connections: { from: number; to: number; rows: number; columns: number }[];
}

const validSize = (size: unknown): size is number => Number.isInteger(size) && Number(size) >= 1;

/** Gives the sizes input, hidden…, output; null while one of them is no size. */
export function sizesOf(spec: RunSpec): number[] | null {
  const sizes = [spec.network.input.shape.reduce((a, b) => a * b, 1), ...spec.network.layers.map((l) => l.size)];
  return sizes.every(validSize) ? sizes : null;
}

export function shapeOf(spec: RunSpec, classNames: string[]): Shape | null {
  const sizes = sizesOf(spec);
  if (!sizes) return null;
  const { shape } = spec.network.input;
  const layers: ShapeLayer[] = sizes.map((size, at) => {
    if (at === 0) return inputLayer(shape, size);
    const kind = at === sizes.length - 1 ? "output" : "hidden";
    const neuron = KIND_WORDS[spec.network.layers[at - 1].neuron.kind];
    const label = kind === "output" ? "Output" : `Hidden ${at}`;
    const named = kind === "output" && classNames.length === size ? { classNames } : {};
    return { kind, size, label, sublabel: `${size} ${neuron}`, ...named };
  });
  const connections = sizes.slice(1).map((rows, at) => ({ from: at, to: at + 1, rows, columns: sizes[at] }));
  return { layers, connections };
}

function inputLayer(shape: number[], size: number): ShapeLayer {
  const image = shape.length === 3 && shape[0] === 1;
  const grid: [number, number] | undefined = image ? [shape[1], shape[2]] : undefined;
  const sublabel = image ? `${shape[1]} × ${shape[2]}` : `${size} values`;
  return { kind: "input", size, label: "Input", sublabel, ...(grid ? { grid } : {}) };
}
