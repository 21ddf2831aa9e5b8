/** A study's document as a form, and back. Pure. */
import type { Draw, Fault, RunSpec, StudyDocument, Vary } from "../../api";
import { TRAINING_FIELDS, NEURON_FIELDS, type Field } from "../fields";
import { DEFAULT_KIND, NEURON_TITLES } from "../neurons";
import { leaves, labelOf } from "../library/settings-table";
import { readSeeds, readValues, writeSeeds, writeValue, writeValues } from "./values";

export type Mode = "grid" | "list" | "random" | "seeds";

export interface FieldForm {
  name: string;
  /** Values as they are typed. */
  text: string;
  /** Of a random search: drawn from a range in place of values. */
  range: boolean;
  low: string;
  high: string;
  log: boolean;
  whole: boolean;
}

export interface StudyForm {
  name: string;
  /** `document`: the base that came with a document. */
  from: "bench" | "recipe" | "document";
  base: RunSpec | null;
  recipe: { dataset: string; preset: string; neuron: string; hidden: string; training: Record<string, unknown> };
  mode: Mode;
  fields: FieldForm[];
  samples: string;
  drawSeed: string;
  seeds: string;
  decideSteps: string;
}

export const newField = (name = ""): FieldForm => ({
  name,
  text: "",
  range: false,
  low: "",
  high: "",
  log: false,
  whole: false,
});

export const newForm = (): StudyForm => ({
  name: "my study",
  from: "bench",
  base: null,
  recipe: { dataset: "digits", preset: "fast", neuron: DEFAULT_KIND, hidden: "50", training: {} },
  mode: "grid",
  fields: [{ ...newField("training.learning_rate"), text: "0.001, 0.002, 0.005" }],
  samples: "20",
  drawSeed: "0",
  seeds: "0..2",
  decideSteps: "",
});

/** Fields of a recipe that are lists of sizes. */
export const isSizes = (name: string): boolean => name === "hidden";

export interface Chosen {
  name: string;
  label: string;
  group: string;
  field: Field | null;
  /** What the base has. */
  now: string;
}

const NEVER = new Set(["training.seed", "training.name", "training.pace", "network.input.shape"]);
const RECIPE: [string, string, Field["choices"]?][] = [
  ["hidden", "Hidden layers"],
  ["neuron", "Neuron", Object.entries(NEURON_TITLES).map(([value, label]) => ({ value, label }))],
  ["dataset", "Data set"],
  [
    "preset",
    "Recipe",
    [
      { value: "paper", label: "Paper" },
      { value: "fast", label: "Fast and accurate" },
    ],
  ],
];

/** The fields that may vary: those of the base, or of a recipe. */
export function fieldsOf(form: StudyForm, bench: RunSpec): Chosen[] {
  const base = form.from === "document" && form.base ? form.base : bench;
  if (form.from === "recipe") return [...recipeFields(form), ...documentFields(base, form.recipe.training)];
  return documentFields(base, null);
}

function recipeFields({ recipe }: StudyForm): Chosen[] {
  return RECIPE.map(([name, label, choices]) => ({
    name,
    label,
    group: "Recipe",
    field: choices ? { label, kind: "choice", help: "", choices } : null,
    now: String(recipe[name as keyof typeof recipe]),
  }));
}

function documentFields(base: RunSpec, recipe: Record<string, unknown> | null): Chosen[] {
  const training = leaves(base.training, "training").map(({ path, value }) => chosenOf(path, "Training", value));
  const every = new Map<string, unknown[]>();
  for (const layer of base.network.layers) {
    for (const { path, value } of leaves(layer)) {
      if (path !== "size" && path !== "kind") every.set(path, [...(every.get(path) ?? []), value]);
    }
  }
  const layers = base.network.layers.length;
  const all = [...every]
    // A field that one layer lacks cannot be set in all of them.
    .filter(([, values]) => values.length === layers)
    .map(([path, values]) => chosenOf(`network.layers[*].${path}`, "All layers", same(values)));
  const sizes = base.network.layers
    .slice(0, -1)
    .flatMap((layer, at) => ("size" in layer ? [chosenOf(`network.layers[${at}].size`, "Layers", layer.size)] : []));
  const found = [...training, ...(recipe ? [] : sizes), ...all].filter(({ name }) => !NEVER.has(name));
  return recipe
    ? found.map((one) => ({ ...one, now: writeValue(recipe[one.name.replace(/^training\./, "")] ?? "") }))
    : found;
}

const same = (values: unknown[]): unknown =>
  values.every((value) => JSON.stringify(value) === JSON.stringify(values[0])) ? values[0] : "several";

function chosenOf(name: string, group: string, value: unknown): Chosen {
  return { name, label: labelOf(name), group, field: fieldFor(name), now: writeValue(value) };
}

/** What is known of a field: its range, its choices. */
export function fieldFor(name: string): Field | null {
  const last = name.split(".").at(-1) ?? "";
  if (name.startsWith("training.")) return (TRAINING_FIELDS as Record<string, Field>)[last] ?? null;
  for (const fields of Object.values(NEURON_FIELDS)) if (fields[last]) return fields[last];
  return null;
}

export interface Written {
  document: StudyDocument;
  /** Faults of what was typed; the server's come beside them. Paths are the document's. */
  faults: Fault[];
}

export function documentOf(form: StudyForm, bench: RunSpec): Written {
  const faults: Fault[] = [];
  const note = (path: string, message: string) => {
    if (message) faults.push({ path, message, hint: "" });
  };
  const { seeds, fault } = readSeeds(form.seeds);
  note("seeds", fault);
  const document: StudyDocument = { format: "snntrainer3d/study", version: 1, name: form.name.trim() };
  note("name", document.name ? "" : "Give it a name.");
  if (form.from === "recipe") document.compose = recipeOf(form, note);
  else document.base = structuredClone(form.from === "document" && form.base ? form.base : bench);
  const vary = varyOf(form, note);
  if (vary) document.vary = vary;
  document.seeds = seeds;
  const decided = readValues(form.decideSteps);
  note("decide_steps", decided.fault);
  if (decided.values.length > 0) document.decide_steps = decided.values as number[];
  return { document, faults };
}

type Note = (path: string, message: string) => void;

function recipeOf({ recipe, fields }: StudyForm, note: Note): StudyDocument["compose"] {
  const varied = new Set(fields.map(({ name }) => name));
  const hidden = readValues(recipe.hidden, true);
  if (!varied.has("hidden")) note("compose.hidden", hidden.fault);
  const compose: StudyDocument["compose"] = { dataset: recipe.dataset, preset: recipe.preset, neuron: recipe.neuron };
  if (!varied.has("hidden") && hidden.values.length > 0) compose.hidden = hidden.values[0] as number[];
  if (Object.keys(recipe.training).length > 0) compose.training = recipe.training;
  return compose;
}

function varyOf(form: StudyForm, note: Note): Vary | null {
  if (form.mode === "seeds") return null;
  const named = form.fields.filter(({ name }) => name !== "");
  if (named.length === 0) note("vary.fields", "Choose a field that varies, or vary the seeds alone.");
  const names = named.map(({ name }) => name);
  for (const name of names.filter((one, at) => names.indexOf(one) < at))
    note(`vary.fields.${name}`, "This field comes twice.");
  if (form.mode === "random") return randomOf(form, named, note);
  const columns = named.map(({ name, text }) => {
    const { values, fault } = readValues(text, isSizes(name));
    note(`vary.fields.${name}`, fault || (values.length === 0 ? "Give its values." : ""));
    return [name, values] as const;
  });
  if (form.mode === "grid") return { kind: "grid", fields: Object.fromEntries(columns) };
  const longest = Math.max(0, ...columns.map(([, values]) => values.length));
  for (const [name, values] of columns) {
    if (values.length > 0 && values.length < longest) {
      note(`vary.fields.${name}`, `${values.length} values, while another field has ${longest}: each needs as many.`);
    }
  }
  const entries = Array.from({ length: longest }, (_, at) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[at]])),
  );
  return { kind: "list", entries };
}

function randomOf(form: StudyForm, named: FieldForm[], note: Note): Vary {
  const samples = Number(form.samples);
  note("vary.samples", Number.isInteger(samples) && samples > 0 ? "" : "Give a whole number above 0.");
  const drawSeed = Number(form.drawSeed);
  note("vary.draw_seed", Number.isInteger(drawSeed) && drawSeed >= 0 ? "" : "Give a whole number from 0.");
  const fields = Object.fromEntries(named.map((field) => [field.name, drawOf(field, note)]));
  return { kind: "random", samples, draw_seed: drawSeed, fields };
}

function drawOf(field: FieldForm, note: Note): Draw {
  const path = `vary.fields.${field.name}`;
  if (!field.range) {
    const { values, fault } = readValues(field.text, isSizes(field.name));
    note(path, fault || (values.length === 0 ? "Give its values, or a range." : ""));
    return { among: values };
  }
  const [low, high] = [field.low, field.high].map((text) => (text.trim() === "" ? NaN : Number(text)));
  if (!Number.isFinite(low) || !Number.isFinite(high)) note(path, "Give both ends of the range as numbers.");
  return { low, high, scale: field.log ? "log" : "linear", whole: field.whole };
}

/** The form of a document; null where it says more than the form can show. */
export function formOf(document: StudyDocument): StudyForm | null {
  const form = newForm();
  form.name = document.name ?? "";
  form.seeds = writeSeeds(document.seeds ?? [0]);
  form.decideSteps = writeValues(document.decide_steps ?? []);
  if (document.compose) {
    const { dataset, preset, neuron, hidden, training } = document.compose;
    form.from = "recipe";
    form.recipe = {
      dataset: dataset ?? "digits",
      preset: preset ?? "fast",
      neuron: neuron ?? DEFAULT_KIND,
      hidden: writeValue(hidden ?? [100], true),
      training: training ?? {},
    };
  } else if (document.base) {
    form.from = "document";
    form.base = document.base;
  } else return null;
  return withVary(form, document.vary ?? null);
}

function withVary(form: StudyForm, vary: Vary | null): StudyForm | null {
  if (!vary) return { ...form, mode: "seeds", fields: [] };
  if (vary.kind === "grid") {
    const fields = Object.entries(vary.fields).map(([name, values]) => ({
      ...newField(name),
      text: writeValues(values, isSizes(name)),
    }));
    return { ...form, mode: "grid", fields };
  }
  if (vary.kind === "random") {
    const fields = Object.entries(vary.fields).map(([name, draw]) => fieldOfDraw(name, draw));
    return { ...form, mode: "random", fields, samples: String(vary.samples), drawSeed: String(vary.draw_seed ?? 0) };
  }
  const names = Object.keys(vary.entries[0] ?? {});
  const regular = vary.entries.every(
    (entry) => Object.keys(entry).length === names.length && names.every((name) => name in entry),
  );
  if (!regular) return null;
  const fields = names.map((name) => ({
    ...newField(name),
    text: writeValues(
      vary.entries.map((entry) => entry[name]),
      isSizes(name),
    ),
  }));
  return { ...form, mode: "list", fields };
}

function fieldOfDraw(name: string, draw: Draw): FieldForm {
  if (draw.among) return { ...newField(name), text: writeValues(draw.among, isSizes(name)) };
  return {
    ...newField(name),
    range: true,
    low: String(draw.low ?? ""),
    high: String(draw.high ?? ""),
    log: draw.scale === "log",
    whole: Boolean(draw.whole),
  };
}

/** The faults that belong to a field's row, whether the page or the server found them. */
export function faultsAt(faults: Fault[], path: string): Fault[] {
  return faults.filter(
    (fault) => fault.path === path || fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`),
  );
}
