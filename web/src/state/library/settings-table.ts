/** A run's document and environment as rows that a person can read. Pure. */
import { LAYER_FIELDS, NEURON_FIELDS, TRAINING_FIELDS, type Field } from "../fields";
import { AUGMENTATION_FIELDS, PARTS } from "../training-parts";

export interface Setting {
  /** Dotted name in the document, as filters and studies use it. */
  path: string;
  label: string;
  value: unknown;
}

const LEFT_OUT = /(^|\.)(format|version)$/;

/** Every leaf of a document: lists of plain values stay whole. */
export function leaves(value: unknown, path = ""): { path: string; value: unknown }[] {
  const isObject = typeof value === "object" && value !== null;
  const isList = Array.isArray(value);
  if (!isObject || (isList && !value.some((part) => typeof part === "object" && part !== null))) {
    return LEFT_OUT.test(path) ? [] : [{ path, value }];
  }
  const parts = isList ? value.map((part, at) => [`[${at}]`, part] as const) : Object.entries(value);
  return parts.flatMap(([key, part]) => leaves(part, isList ? path + key : path ? `${path}.${key}` : key));
}

const NAMES: Record<string, Field> = {
  ...TRAINING_FIELDS,
  ...Object.assign({}, ...Object.values(PARTS).flatMap((kinds) => Object.values(kinds).map(({ fields }) => fields))),
  ...AUGMENTATION_FIELDS,
  ...LAYER_FIELDS,
  // Where neurons call a field differently, it has the name that the first of them gives it.
  ...Object.assign({}, ...Object.values(NEURON_FIELDS).reverse()),
};

const OWN_NAMES: Record<string, string> = {
  "training.dataset": "Data set",
  "training.schedule.kind": "Schedule",
  "training.optimizer.kind": "Optimizer",
  "training.coding.kind": "Input coding",
  "network.input.shape": "Input shape",
};

/** The field's name for a person: `training.learning_rate` is Learning rate. */
export function labelOf(path: string): string {
  if (OWN_NAMES[path]) return OWN_NAMES[path];
  const layer = /^network\.layers\[(\d+|\*)\]\.(.*)$/.exec(path);
  const rest = layer ? layer[2] : path.replace(/^\w+\./, "");
  const last = rest.split(".").at(-1) ?? rest;
  const plain = last === "kind" ? (rest.split(".").at(-2) ?? last) : last;
  const label = NAMES[plain]?.label ?? plain.replaceAll("_", " ");
  // A letter of its own is a parameter's name: a is not A.
  const first = /^\S\s/.test(label) ? label : label.charAt(0).toUpperCase() + label.slice(1);
  if (!layer) return first;
  return layer[1] === "*" ? `${first}, all layers` : `${first}, layer ${Number(layer[1]) + 1}`;
}

/** A value in the words of its field, as in the design: `one_cycle` is One cycle. */
export function valueWords(path: string, value: unknown): string {
  const last = path.split(".").at(-1) ?? path;
  const field = NAMES[last === "kind" ? (path.split(".").at(-2) ?? last) : last];
  return field?.choices?.find((choice) => choice.value === value)?.label ?? writeSetting(value);
}

export const settingsOf = (spec: { training: object; network: object }): Setting[] =>
  [...leaves(spec.training, "training"), ...leaves(spec.network, "network")].map(({ path, value }) => ({
    path,
    value,
    label: labelOf(path),
  }));

/** Layers whose settings are all the same, but for their size, are told together. */
export interface LayerGroup {
  first: number;
  last: number;
  /** Sizes, or the kind of what has none. */
  sizes: (number | string)[];
  settings: Setting[];
}

export function layerGroups(spec: { network: { layers: readonly object[] } }): LayerGroup[] {
  const groups: LayerGroup[] = [];
  spec.network.layers.forEach((layer, at) => {
    const settings = leaves(layer)
      .filter(({ path }) => path !== "size")
      .map(({ path, value }) => ({
        path,
        value,
        label: labelOf(`network.layers[*].${path}`).replace(/, all layers$/, ""),
      }));
    const { size: neurons, kind } = layer as { size?: number; kind?: string };
    const size = neurons ?? kind ?? "";
    const before = groups.at(-1);
    if (before && JSON.stringify(before.settings) === JSON.stringify(settings)) {
      before.last = at;
      before.sizes.push(size);
    } else groups.push({ first: at, last: at, sizes: [size], settings });
  });
  return groups;
}

/** A setting as it is written: `none` for nothing, lists with commas, numbers as they are. */
export function writeSetting(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(writeSetting).join(", ") || "none";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}
