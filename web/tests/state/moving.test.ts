import { describe, expect, it } from "vitest";
import type { DatasetRow, PresetRow, TemplateRow, Training } from "../../src/api";
import {
  applyPreset,
  applyTemplate,
  changeTraining,
  chooseDataset,
  decodeDesign,
  encodeDesign,
  startDesign,
  titleOf,
  withoutTemplateSettings,
  type Design,
} from "../../src/state";
import { changesInWords, moveTo, settingWords } from "../../src/state/moving";

const preset = (title: string, training: Partial<Training>, datasets: PresetRow["datasets"] = {}): PresetRow => ({
  title,
  summary: "",
  training,
  neurons: { leaky: { beta: 0.9 } },
  datasets,
});
const PRESETS = [
  preset("Paper", { epochs: 1, num_steps: 25, batch_size: 128, learning_rate: 5e-4, validation_share: 0 }),
  preset(
    "Fast",
    { epochs: 1, num_steps: 20, batch_size: 64, learning_rate: 4e-3, validation_share: 0.1, loss: "count" },
    { xor: { epochs: 300, batch_size: 4, learning_rate: 1e-2, validation_share: 0 } },
  ),
];
const row = (name: string, input_shape: number[], more: Partial<DatasetRow> = {}): DatasetRow =>
  ({ name, title: name, input_shape, classes: 2, recipe: {}, frames: 0, ...more }) as DatasetRow;
const XOR = row("xor", [2]);
const MNIST = row("mnist", [1, 28, 28], { classes: 10 });
const onXor = (): Design => applyPreset(chooseDataset(startDesign(), XOR), PRESETS[1]);

describe("a template", () => {
  const template = (title: string, training: TemplateRow["training"]): TemplateRow => ({
    name: title.toLowerCase(),
    title,
    summary: "",
    layers: startDesign("mnist").spec.network.layers as TemplateRow["layers"],
    training,
    fault: "",
  });
  const FEW = template("Few", { num_steps: 4, epochs: 5 });
  const MEMORY = template("Memory", { loss: "max_membrane" });
  const PLAIN = template("Plain", {});
  const begun = changeTraining(startDesign("mnist"), { num_steps: 20, epochs: 1, loss: "count" });

  it("takes back what the one before set in the training, and says what is different", () => {
    const few = applyTemplate(begun, FEW);
    expect(few.spec.training).toMatchObject({ num_steps: 4, epochs: 5, loss: "count" });
    expect(changesInWords(begun.spec.training, few.spec.training)).toEqual([
      "Time steps 4 (was 20)",
      "Epochs 5 (was 1)",
    ]);
    const memory = applyTemplate(few, MEMORY);
    expect(memory.spec.training).toMatchObject({ num_steps: 20, epochs: 1, loss: "max_membrane" });
    const plain = applyTemplate(memory, PLAIN);
    expect(plain).toEqual(begun);
    expect(applyTemplate(few, FEW)).toEqual(few);
  });

  it("leaves what was set by hand since", () => {
    const edited = changeTraining(applyTemplate(begun, FEW), { epochs: 9 });
    expect(applyTemplate(edited, PLAIN).spec.training).toMatchObject({ num_steps: 20, epochs: 9 });
    expect(withoutTemplateSettings(edited).spec.training).toMatchObject({ num_steps: 20, epochs: 9 });
  });

  it("still knows them after a reload, and goes to another data set with them", () => {
    const few = applyTemplate(applyPreset(begun, PRESETS[1]), FEW);
    const reloaded = decodeDesign(encodeDesign(few)) as Design;
    expect(reloaded).toEqual(few);
    const { design, kept } = moveTo(reloaded, MNIST, XOR, PRESETS);
    expect(design.spec.training).toMatchObject({ num_steps: 4, epochs: 5 });
    expect(kept).toEqual(expect.arrayContaining(["num_steps", "epochs"]));
    expect(applyTemplate(design, PLAIN).spec.training).toMatchObject({ num_steps: 20, epochs: 300 });
    const foreign = { ...few, ofTemplate: { title: "x", set: { evil: 1 }, before: { evil: 1 } } } as unknown as Design;
    expect(decodeDesign(encodeDesign(foreign))?.ofTemplate).toEqual({ title: "x", set: {}, before: {} });
  });
});

describe("another data set", () => {
  it("brings its own recipe where the design follows one, without a word", () => {
    const { design, kept } = moveTo(onXor(), XOR, MNIST, PRESETS);
    expect(design.spec.training).toEqual(applyPreset(chooseDataset(startDesign(), MNIST), PRESETS[1]).spec.training);
    expect(kept).toEqual([]);
  });

  it("brings its recipe but for what was set by hand", () => {
    const edited = changeTraining(onXor(), { epochs: 100 });
    const { design, recipe, kept } = moveTo(edited, XOR, MNIST, PRESETS);
    expect(design.spec.training).toMatchObject({ epochs: 100, batch_size: 64, validation_share: 0.1 });
    expect(design.spec.training.learning_rate).toBe(4e-3);
    expect([recipe, kept]).toEqual(["Fast", ["epochs"]]);
    expect(titleOf(design.spec)).toBe("784-50-10");
    const back = moveTo(design, MNIST, XOR, PRESETS);
    expect(back.design.spec.training).toEqual(edited.spec.training);
    expect(back.kept).toEqual(["epochs"]);
  });

  it("leaves neurons that were set by hand as they are", () => {
    const edited = onXor();
    edited.spec.network.layers[0].neuron = { ...edited.spec.network.layers[0].neuron!, beta: 0.5 };
    const { design, kept } = moveTo(edited, XOR, MNIST, PRESETS);
    expect(design.spec.network.layers.map((layer) => layer.neuron?.beta)).toEqual([0.5, 0.9]);
    expect([design.spec.training.batch_size, kept]).toEqual([64, []]);
  });

  it("does not take along what only the old one asked for", () => {
    const own = row("own", [2], { recipe: { class_weights: "balanced", epochs: 9 } });
    const before = moveTo(onXor(), XOR, own, PRESETS).design;
    expect(before.spec.training).toMatchObject({ class_weights: "balanced", epochs: 9, batch_size: 64 });
    const { design, kept } = moveTo(before, own, MNIST, PRESETS);
    expect(design.spec.training).toMatchObject({ class_weights: "equal", epochs: 1 });
    expect(kept).toEqual([]);
  });

  it("keeps no validation share on xor and no fewer steps than samples have moments", () => {
    const edited = changeTraining(moveTo(onXor(), XOR, MNIST, PRESETS).design, { validation_share: 0.3, num_steps: 7 });
    expect(moveTo(edited, MNIST, XOR, PRESETS).design.spec.training.validation_share).toBe(0);
    const speech = row("speech", [32], { frames: 40 });
    expect(moveTo(edited, MNIST, speech, PRESETS).design.spec.training.num_steps).toBe(40);
  });

  it("follows nothing where no recipe is known", () => {
    const { design, kept } = moveTo(changeTraining(onXor(), { epochs: 5 }), XOR, MNIST, []);
    expect(design.spec.training).toMatchObject({ dataset: "mnist", epochs: 5, batch_size: 4 });
    expect(kept).toEqual([]);
  });
});

it("tells a field that was kept by its name and value", () => {
  expect(settingWords("epochs", 100)).toBe("Epochs 100");
  expect(settingWords("schedule", { kind: "constant" })).toBe("Schedule");
  expect(settingWords("keep_best", true)).toMatch(/ on$/);
  expect(settingWords("stop_after_epochs", null)).toMatch(/ none$/);
});
