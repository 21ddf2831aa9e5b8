/** The page's table of fields against the server's schema (docs/schema is made from the same models as /api/schema). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TRAINING_DEFAULTS } from "../../src/state/design";
import {
  LAYER_FIELDS,
  NEURON_FIELDS,
  rangeText,
  readTyped,
  SURROGATE_FIELDS,
  TRAINING_FIELDS,
  type Field,
} from "../../src/state/fields";
import { AUGMENTATION_FIELDS, PARTS } from "../../src/state/training-parts";
import { NEURON_DEFAULTS, NEURON_KINDS, OWN, SURROGATE_TITLES, surrogateOf } from "../../src/state/neurons";
import { LAYER_DEFAULTS, neuronsOf } from "../../src/state/layer-kinds";
import type { LayerKind, SurrogateKind } from "../../src/api";

interface Property {
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  enum?: string[];
  anyOf?: Property[];
  default?: unknown;
  discriminator?: { mapping: Record<string, string> };
}
interface Schema {
  $defs: Record<string, { properties: Record<string, Property> }>;
}

const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../../docs/schema/run.json"), "utf8")) as Schema;
const properties = (name: string) => schema.$defs[name].properties;

/** Fields that are no single value, or only ever one. */
const NOT_EDITED = ["format", "version", "kind", "dataset", "augmentation", "surrogate", "neuron"];

/** `usual`: whether help has to say a usual value, because the range is too wide to tell what to begin with. */
function agree(table: Record<string, Field>, name: string, usual = false): void {
  const known = properties(name);
  const wanted = Object.keys(known).filter((field) => !NOT_EDITED.includes(field));
  expect(Object.keys(table).sort(), name).toEqual(wanted.sort());
  for (const [field, info] of Object.entries(table)) {
    const property = known[field].anyOf?.find((one) => one.type !== "null") ?? known[field];
    const where = `${name}.${field}`;
    expect(info.help.length, where).toBeGreaterThan(10);
    if (info.kind === "choice" && !(field in PARTS)) {
      expect(info.choices?.map((choice) => choice.value).sort(), where).toEqual([...(property.enum ?? [])].sort());
    }
    const counts = info.kind === "int" || info.kind === "float";
    if (usual && counts && !field.endsWith("seed")) expect(info.help, where).toMatch(/\d|a third/);
    if (info.kind === "int" || info.kind === "float") agreeOnRange(info, property, where);
    if (info.kind === "int") expect(property.type, where).toBe("integer");
    if (info.kind === "float") expect(property.type, where).toBe("number");
    if (info.kind === "flag") expect(property.type, where).toBe("boolean");
  }
}

/** What the schema calls a kind of neuron. */
const schemaOf = (kind: string): string => properties("Dense").neuron.discriminator!.mapping[kind].split("/").at(-1)!;

/** The built-in kinds of neuron that the schema lets a layer have, which can have an own one too. */
function neuronsInSchema(name: string): string[] {
  const { anyOf, discriminator } = properties(name).neuron;
  const mapped = discriminator ?? anyOf?.find((one) => one.discriminator)?.discriminator;
  const kinds = Object.keys(mapped?.mapping ?? {});
  if (kinds.length > 0) expect(kinds, name).toContain(OWN);
  return kinds.filter((kind) => kind !== OWN).sort();
}

function agreeOnRange(info: Field, property: Property, where: string): void {
  const lowOpen = info.open === "min" || info.open === "both";
  const highOpen = info.open === "max" || info.open === "both";
  expect(info.min, `${where} from`).toBe(lowOpen ? property.exclusiveMinimum : property.minimum);
  expect(info.max, `${where} to`).toBe(highOpen ? property.exclusiveMaximum : property.maximum);
}

describe("the table of fields", () => {
  it("is that of the schema for training, optimizer and schedule", () => {
    agree(TRAINING_FIELDS, "Training", true);
    agree(AUGMENTATION_FIELDS, "Augmentation", true);
    const named: Record<string, string> = { adamw: "AdamW" };
    for (const [part, kinds] of Object.entries(PARTS)) {
      const mapping = Object.keys(properties("Training")[part].discriminator?.mapping ?? {});
      expect(Object.keys(kinds).sort(), part).toEqual(mapping.sort());
      for (const [kind, { fields, start }] of Object.entries(kinds)) {
        const name = named[kind] ?? kind.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
        agree(fields, name, true);
        for (const [field, property] of Object.entries(properties(name))) {
          expect((start as unknown as Record<string, unknown>)[field], `${name}.${field}`).toEqual(property.default);
        }
      }
    }
  });

  it("is that of the schema for layers and neurons", () => {
    for (const [kind, fields] of Object.entries(LAYER_FIELDS)) {
      const name = kind.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
      agree(fields, name);
      expect(
        neuronsOf(kind as LayerKind, true)
          .filter(Boolean)
          .sort(),
        name,
      ).toEqual(neuronsInSchema(name));
      for (const [field, value] of Object.entries(LAYER_DEFAULTS[kind as LayerKind])) {
        const { default: wanted } = properties(name)[field];
        if (field !== "kind" && wanted !== undefined) expect(value, `${name}.${field}`).toEqual(wanted);
      }
    }
    for (const [kind, fields] of Object.entries(NEURON_FIELDS)) {
      agree(fields, schemaOf(kind));
    }
  });

  it("is that of the schema for surrogates", () => {
    for (const kind of Object.keys(SURROGATE_TITLES).filter((one) => one !== OWN)) {
      const name = kind.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
      agree(SURROGATE_FIELDS[kind], name);
      for (const [field, property] of Object.entries(properties(name))) {
        expect(surrogateOf(kind as SurrogateKind)[field as "slope"], `${name}.${field}`).toEqual(property.default);
      }
    }
  });

  it("starts from the schema's defaults", () => {
    for (const [field, property] of Object.entries(properties("Training"))) {
      expect(TRAINING_DEFAULTS[field as "epochs"], field).toEqual(property.default);
    }
    for (const kind of NEURON_KINDS) {
      for (const [field, property] of Object.entries(properties(schemaOf(kind)))) {
        const mayBeLeftOut = property.default === null;
        if (!mayBeLeftOut) expect(NEURON_DEFAULTS[kind][field as "beta"], `${kind}.${field}`).toEqual(property.default);
      }
    }
  });
});

describe("typing", () => {
  const float: Field = { label: "x", kind: "float", help: "", min: 0, max: 1, open: "min" };

  it("reads numbers, a decimal comma, and leaves the rest to the server", () => {
    expect(readTyped(float, " 0.5 ")).toBe(0.5);
    expect(readTyped(float, "0,5")).toBe(0.5);
    expect(readTyped(float, "5e-4")).toBe(0.0005);
    expect(readTyped(float, "−1")).toBe(-1);
    expect(readTyped(float, "abc")).toBe("abc");
    expect(readTyped(float, "")).toBe("");
    expect(readTyped({ ...float, empty: "none" }, "")).toBeNull();
    expect(readTyped({ ...float, kind: "text" }, " 12 ")).toBe(" 12 ");
  });

  it("writes ranges as a person does", () => {
    expect(rangeText(float)).toBe("above 0 to 1");
    expect(rangeText({ ...float, open: "both" })).toBe("above 0 to below 1");
    expect(rangeText({ ...float, open: undefined })).toBe("0 to 1");
    expect(rangeText({ ...float, max: undefined })).toBe("above 0");
  });
});
