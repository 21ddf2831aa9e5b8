// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notice } from "../../src/api";
import DesignPanel from "../../src/panels/DesignPanel.svelte";
import HealthNotes from "../../src/panels/HealthNotes.svelte";
import { startDesign, workbench } from "../../src/state";
import { until } from "../until";

const note = (code: string, path: string, text: string): Notice => ({
  kind: "notice",
  at: 0,
  level: "warning",
  code,
  path,
  text,
});

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  Element.prototype.scrollIntoView = () => {};
  workbench.edit(() => startDesign());
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("leads from a note to its field, through a folded layer and folded settings", async () => {
  render(DesignPanel);
  const notes = [
    note("silent_layer", "network.layers[0].neuron.threshold", "Hidden layer 1 is silent."),
    note("gradient_exploding", "training.gradient_clip_norm", "The gradient explodes."),
  ];
  render(HealthNotes, { notes, active: true });
  const [exploding, silent] = screen.getAllByRole("button", { name: "Show the field" });
  await fireEvent.click(silent);
  await until(() => expect(document.activeElement?.id).toBe("field-network-layers-0-neuron-threshold"));
  await fireEvent.click(exploding);
  await until(() => expect(document.activeElement?.id).toBe("field-training-gradient-clip-norm"));
  expect(document.activeElement?.closest("details")?.open).toBe(true);
});

it("says a thing once, in its newest words", async () => {
  const notes = [note("a", "", "first"), note("a", "", "second")];
  render(HealthNotes, { notes, active: false });
  await tick();
  expect(screen.getAllByRole("listitem").map((item) => item.textContent?.trim())).toEqual(["second"]);
});
