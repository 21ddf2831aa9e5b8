// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tick } from "svelte";
import Field from "../../src/panels/Field.svelte";
import LayerList from "../../src/panels/LayerList.svelte";
import { runShortcut } from "../../src/panels/shortcuts";
import TrainDock from "../../src/panels/TrainDock.svelte";
import TrainingFields from "../../src/panels/TrainingFields.svelte";
import TrainingPanel from "../../src/panels/TrainingPanel.svelte";
import { runs, session, setHidden, startDesign, titleOf, TRAINING_FIELDS, workbench } from "../../src/state";
import { madeRun } from "../state/library/made-runs";

const title = () => titleOf(workbench.spec);

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  workbench.edit(() => startDesign());
  workbench.faults = [];
  workbench.warnings = [];
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a field", () => {
  it("says what it is for, its range, and the server's words where it is at fault", async () => {
    const { container } = render(Field, {
      field: TRAINING_FIELDS.epochs,
      path: "training.epochs",
      value: 0,
      onchange: () => {},
    });
    const input = screen.getByLabelText("Epochs");
    const help = document.getElementById(input.getAttribute("aria-describedby") ?? "");
    expect(help?.textContent).toContain("1 to 100,000");
    expect(input.getAttribute("aria-invalid")).toBe("false");
    workbench.faults = [{ path: "training.epochs", message: "got 0, expected a number not below 1.", hint: "Give 1." }];
    await tick();
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(container.querySelector(".fault")?.textContent).toContain("got 0, expected a number not below 1. Give 1.");
  });

  it("hands on numbers, and what is no number as it was typed", async () => {
    const got: unknown[] = [];
    const onchange = (value: unknown) => got.push(value);
    render(Field, { field: TRAINING_FIELDS.learning_rate, path: "training.learning_rate", value: 0.1, onchange });
    const input = screen.getByLabelText("Learning rate");
    await fireEvent.input(input, { target: { value: "5e-4" } });
    await fireEvent.input(input, { target: { value: "fast" } });
    expect(got).toEqual([0.0005, "fast"]);
    expect((input as HTMLInputElement).value).toBe("fast");
  });

  it("counts with the arrow keys and stays within its range", async () => {
    const got: unknown[] = [];
    const onchange = (value: unknown) => got.push(value);
    render(Field, { field: TRAINING_FIELDS.epochs, path: "training.epochs", value: 5, onchange });
    const input = screen.getByLabelText("Epochs");
    await fireEvent.keyDown(input, { key: "ArrowUp" });
    await fireEvent.keyDown(input, { key: "ArrowDown", shiftKey: true });
    expect(got).toEqual([6, 1]);
  });
});

describe("the list of layers", () => {
  it("adds, resizes, moves and removes hidden layers", async () => {
    render(LayerList);
    await fireEvent.click(screen.getByRole("button", { name: "Add layer" }));
    expect(title()).toBe("64-50-50-10");
    await fireEvent.input(screen.getByLabelText("Hidden 2: number of neurons"), { target: { value: "20" } });
    expect(title()).toBe("64-50-20-10");
    await fireEvent.keyDown(screen.getByLabelText(/^Move Hidden 2/), { key: "ArrowUp" });
    expect(title()).toBe("64-20-50-10");
    await fireEvent.click(screen.getByRole("button", { name: "Remove Hidden 1" }));
    expect(title()).toBe("64-50-10");
    await fireEvent.click(screen.getByRole("button", { name: "Remove Hidden 1" }));
    expect(title()).toBe("64-10");
    await fireEvent.click(screen.getByRole("button", { name: "Add a hidden layer" }));
    expect(title()).toBe("64-50-10");
  });

  it("takes a whole network in one line, and says what it cannot read", async () => {
    render(LayerList);
    const quick = screen.getByLabelText("All layers in one line");
    await fireEvent.input(quick, { target: { value: "64-30-20-10" } });
    await fireEvent.submit(quick.closest("form") as HTMLFormElement);
    expect(title()).toBe("64-30-20-10");
    await fireEvent.input(quick, { target: { value: "30-x" } });
    await fireEvent.submit(quick.closest("form") as HTMLFormElement);
    expect(title()).toBe("64-30-20-10");
    expect(screen.getByRole("alert").textContent).toContain("“x”");
  });

  it("unfolds a layer's neuron and compensates Lapicque's gain", async () => {
    render(LayerList);
    await fireEvent.click(screen.getByRole("button", { name: "Hidden 1: all fields" }));
    await fireEvent.change(screen.getByLabelText("Hidden 1: neuron"), { target: { value: "lapicque" } });
    expect(workbench.spec.network.layers[0].neuron?.kind).toBe("lapicque");
    await fireEvent.click(screen.getByRole("button", { name: "Compensate gain" }));
    expect(workbench.spec.network.layers[0].neuron).toMatchObject({ capacitance_f: 1, time_step_s: 1 });
    expect(screen.getByLabelText(/Resistance/)).toBeTruthy();
  });

  it("adds rows, a triangle and a template at once", async () => {
    render(LayerList);
    await fireEvent.input(screen.getByLabelText("Number of layers"), { target: { value: "2" } });
    await fireEvent.click(screen.getByRole("button", { name: "Add" }));
    expect(title()).toBe("64-50-100-100-10");
    await fireEvent.click(screen.getByRole("button", { name: "in place of all" }));
    await fireEvent.click(screen.getByRole("button", { name: "Set triangle" }));
    expect(title()).toBe("64-30-25-20-15-10-10");
    await fireEvent.click(screen.getByRole("button", { name: "200-100" }));
    expect(title()).toBe("64-200-100-10");
  });

  it("sets one field of several chosen layers, and undoes it as one step", async () => {
    workbench.edit((design) => setHidden(design, [40, 30, 20]));
    render(LayerList);
    await fireEvent.click(screen.getByRole("button", { name: /^Choose layers/ }));
    await fireEvent.click(screen.getByLabelText("Choose Hidden 1"));
    await fireEvent.click(screen.getByLabelText("Choose Hidden 3"), { shiftKey: true });
    expect(screen.getByText("3 layers chosen")).toBeTruthy();
    await fireEvent.click(screen.getByLabelText("Choose Hidden 2"));
    const bar = screen.getByRole("group", { name: "Chosen layers" });
    await fireEvent.input(within(bar).getAllByLabelText(/^Threshold/)[0], { target: { value: "2.5" } });
    expect(workbench.spec.network.layers.map((layer) => layer.neuron?.threshold)).toEqual([2.5, 1, 2.5, 1]);
    await fireEvent.change(within(bar).getByLabelText("Neurons"), { target: { value: "25" } });
    expect(title()).toBe("64-25-30-25-10");
    workbench.undo();
    expect(title()).toBe("64-40-30-20-10");
    await fireEvent.click(screen.getByRole("button", { name: "Duplicate" }));
    expect(title()).toBe("64-40-40-30-20-20-10");
  });

  it("marks a layer at fault even while it is folded", async () => {
    render(LayerList);
    workbench.faults = [{ path: "network.layers[0].neuron.beta", message: "got 1.2.", hint: "Take 0.9." }];
    await tick();
    expect(screen.getByRole("alert").textContent).toContain("got 1.2. Take 0.9.");
  });
});

describe("training", () => {
  it("applies a recipe at a click and shows that it is followed", async () => {
    workbench.presets = {
      paper: { title: "Paper", summary: "", training: { epochs: 7 }, neurons: { leaky: { beta: 0.95 } }, datasets: {} },
    };
    render(TrainingFields);
    const button = screen.getByRole("button", { name: "Paper" });
    expect(button.getAttribute("aria-pressed")).toBe("false");
    await fireEvent.click(button);
    expect(workbench.spec.training.epochs).toBe(7);
    expect(button.getAttribute("aria-pressed")).toBe("true");
  });

  it("shows one primary button for the state of the run, and the design's cost", async () => {
    render(TrainDock);
    expect(screen.getByRole("button", { name: "Train" })).toBeTruthy();
    expect(document.querySelector("dd")?.textContent).toBe("3,760");
    runs.openId = "r1";
    const row = {
      id: "r1",
      name: "one",
      created_at: 0,
      started_at: 0,
      ended_at: null,
      dataset: "digits",
      title: "64-50-10",
      neurons: ["leaky"],
      epochs: 1,
      progress: { epoch: 1, update: 5, total_updates: 10, samples_per_second: 9 },
      train_seconds: null,
      test_accuracy: null,
      validation_accuracy: null,
      macro_f1: null,
      parameters: 1,
      seed: 0,
      num_steps: 25,
      pace: "full" as const,
      tags: [],
      archived: false,
      queue_position: null,
    };
    runs.take([{ ...row, status: "running" }]);
    await tick();
    expect(screen.queryByRole("button", { name: "Train" })).toBeNull();
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
    runs.take([{ ...row, status: "paused" }]);
    await tick();
    expect(screen.getByRole("button", { name: "Resume" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
    session.stage = "run";
    runs.take([{ ...row, status: "interrupted" }]);
    await tick();
    expect(screen.getByRole("button", { name: "Train anew" })).toBeTruthy();
    runs.reset(null);
    runs.take([]);
  });
});

describe("keys", () => {
  const press = (init: KeyboardEventInit, target: Element = document.body) => {
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
    Object.defineProperty(event, "target", { value: target });
    runShortcut(event, { help: () => (helped += 1) });
    return event.defaultPrevented;
  };
  let helped = 0;

  it("undo and redo, also while one types", () => {
    workbench.edit((design) => setHidden(design, [7]));
    const input = document.createElement("input");
    expect(press({ key: "z", ctrlKey: true }, input)).toBe(true);
    expect(title()).toBe("64-50-10");
    press({ key: "Z", ctrlKey: true, shiftKey: true });
    expect(title()).toBe("64-7-10");
    press({ key: "z", metaKey: true });
    press({ key: "y", ctrlKey: true });
    expect(title()).toBe("64-7-10");
  });

  it("leave letters alone where one types", () => {
    const input = document.createElement("input");
    expect(press({ key: "?" }, input)).toBe(false);
    expect(press({ key: "?", shiftKey: true })).toBe(true);
    expect(helped).toBe(1);
  });
});

describe("a page with no run open", () => {
  it("says which runs are training, and follows one", async () => {
    const opened = vi.spyOn(session, "open").mockResolvedValue();
    runs.loaded = true;
    runs.rows = [];
    render(TrainingPanel);
    expect(screen.getByRole("heading", { name: "Nothing is training" })).toBeTruthy();
    const progress = { epoch: 1, update: 5, total_updates: 10, samples_per_second: 9 };
    runs.rows = [madeRun({ id: "r1", name: "elsewhere", status: "running", progress }), madeRun({ id: "r2" })];
    await tick();
    expect(screen.queryByRole("heading", { name: "Nothing is training" })).toBeNull();
    expect(screen.getByText("elsewhere")).toBeTruthy();
    expect((screen.getByRole("progressbar") as HTMLProgressElement).value).toBe(0.5);
    await fireEvent.click(screen.getByRole("button", { name: "Follow it" }));
    expect(opened).toHaveBeenCalledWith("r1", { tab: "training" });
    opened.mockRestore();
    runs.rows = [];
  });
});
