/** How a design goes from one data set to another: with its recipe, and with what somebody set by hand. Pure. */
import type { DatasetRow, PresetRow, Training } from "../api";
import {
  applyPreset,
  changeTraining,
  chooseDataset,
  inputFitted,
  sameValue,
  TRAINING_DEFAULTS,
  type Design,
} from "./design";
import { TRAINING_FIELDS, type Field } from "./fields";

export type Name = keyof Training;

interface Moved {
  design: Design;
  /** Title of the recipe that the design goes on to follow; empty where there are none. */
  recipe: string;
  /** Fields of the training that keep a value which the recipe does not give them. */
  kept: Name[];
}

/** Set by the choice of the data set alone. */
const OF_THE_DATA: ReadonlySet<Name> = new Set(["dataset", "read_last_steps"]);

/**
 * Takes a data set with what the nearest recipe says of it: recipes differ between data sets. Fields in which the
 * design departed from the recipe keep their values.
 */
export function moveTo(design: Design, from: DatasetRow | null, to: DatasetRow, presets: PresetRow[]): Moved {
  const plain = chooseDataset(withoutOwn(design, from), to);
  const [nearest] = presets
    .map((preset) => ({ preset, set: departures(design, from, preset) }))
    .sort((a, b) => a.set.length - b.set.length);
  const asked = onData(plain, to, nearest?.preset);
  const own = (nearest?.set ?? []).filter((name) => mayKeep(name, to));
  const training = design.spec.training;
  const kept = own.filter((name) => !sameValue(training[name], asked.spec.training[name]));
  const changed = changeTraining(asked, Object.fromEntries(kept.map((name) => [name, training[name]])));
  // A template goes along with its settings; without it, the recipe's would stand there.
  const { ofTemplate } = design;
  if (ofTemplate) {
    const before = Object.keys(ofTemplate.set).map((name) => [name, asked.spec.training[name as Name]]);
    changed.ofTemplate = { ...ofTemplate, before: Object.fromEntries(before) as Partial<Training> };
  }
  changed.spec.training.num_steps = Math.max(changed.spec.training.num_steps, to.frames ?? 0);
  return { design: inputFitted(changed, to.input_shape), recipe: nearest?.preset.title ?? "", kept };
}

/** A field and its value in words: Epochs 100; of what has several parts only the name. */
export function settingWords(name: Name, value: unknown): string {
  const plain = name.replaceAll("_", " ");
  const label = fieldOf(name)?.label ?? plain.charAt(0).toUpperCase() + plain.slice(1);
  return `${label} ${valueWords(name, value)}`.trim();
}

/** The settings in which two trainings differ, in words: Epochs 5 (was 10). */
export function changesInWords(before: Training, after: Training): string[] {
  const names = (Object.keys(after) as Name[]).filter((name) => !sameValue(before[name], after[name]));
  return names.map((name) => {
    const was = valueWords(name, before[name]);
    return `${settingWords(name, after[name])}${was && ` (was ${was})`}`;
  });
}

const fieldOf = (name: Name): Field | undefined => (TRAINING_FIELDS as Partial<Record<Name, Field>>)[name];

function valueWords(name: Name, value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (value == null) return "none";
  if (typeof value === "object") return "";
  return fieldOf(name)?.choices?.find((one) => one.value === value)?.label ?? String(value);
}

/** The training that the recipe and the data set ask for; neurons are the same for every data set. */
function onData(design: Design, info: DatasetRow, preset: PresetRow | undefined): Design {
  const training = preset ? applyPreset(design, preset).spec.training : {};
  return changeTraining(design, { ...training, ...(info.recipe as Partial<Training>) });
}

/** What the old data set asked for beyond the recipe does not go along. */
function withoutOwn(design: Design, from: DatasetRow | null): Design {
  const { training } = design.spec;
  const own = Object.entries(from?.recipe ?? {}).filter(([name, value]) => sameValue(training[name as Name], value));
  return changeTraining(design, Object.fromEntries(own.map(([name]) => [name, TRAINING_DEFAULTS[name as Name]])));
}

/** Fields in which the design is not what the recipe makes of its data set. */
function departures(design: Design, from: DatasetRow | null, preset: PresetRow): Name[] {
  const asked = (from ? onData(chooseDataset(design, from), from, preset) : applyPreset(design, preset)).spec.training;
  const training = design.spec.training;
  return (Object.keys(training) as Name[]).filter((name) => !sameValue(training[name], asked[name]));
}

/** XOR has too few samples to keep any back. */
const mayKeep = (name: Name, to: DatasetRow): boolean =>
  !OF_THE_DATA.has(name) && !(name === "validation_share" && to.name === "xor");
