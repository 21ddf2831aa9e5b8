import { describe, expect, it } from "vitest";
import type { DatasetRow, PresetRow, Training } from "../../src/api";
import { applyPreset, changeTraining, chooseDataset, startDesign, titleOf, type Design } from "../../src/state";
import { moveTo, settingWords } from "../../src/state/moving";

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
