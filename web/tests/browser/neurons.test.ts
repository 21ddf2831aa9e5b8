/** Single neurons: tried on the bench, and written as equations, used, trained and kept, in a real browser. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { application } from "./application";

const app = application();
const neuron = (page: Page) => page.getByRole("combobox", { name: "Hidden 1: neuron" });
const step = (page: Page) => page.getByRole("textbox", { name: /^Step:/ });

describe("the neuron bench", () => {
  it("answers a slider, sets two neurons side by side, draws the plane, gives tables, takes one to the network", async () => {
    const { page, complaints } = await app.open("#page=bench", 1300, 900);
    const said = page.locator(".said p");
    await expect.poll(() => said.first().textContent()).toContain("46 spikes in 200 steps");
    await page.getByRole("slider", { name: "Current" }).fill("0.05");
    await expect.poll(() => said.first().textContent()).toContain("0 spikes");
    await page.getByRole("textbox", { name: "Membrane decay, as a number" }).fill("7");
    await page.getByRole("alert").filter({ hasText: "7" }).waitFor();
    await page.getByRole("textbox", { name: "Membrane decay, as a number" }).fill("0.8");
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);

    await page.getByRole("button", { name: "A second neuron beside it" }).click();
    await page.getByRole("combobox", { name: "Neuron 2", exact: true }).selectOption({ label: "Izhikevich" });
    await page.getByRole("region", { name: "Phase plane of Izhikevich 2" }).waitFor();
    await page.getByRole("combobox", { name: "Input", exact: true }).selectOption("recorded");
    await page.getByRole("textbox", { name: "Recorded numbers" }).fill("3 5 nine");
    await page.getByRole("alert").filter({ hasText: "nine" }).waitFor();
    await page.getByRole("textbox", { name: "Recorded numbers" }).fill("3 5 9");
    await page.getByRole("textbox", { name: "Current, as a number" }).fill("1.2");
    await expect.poll(() => said.first().textContent()).toContain("3 spikes");

    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Steps, CSV" }).click(),
    ]);
    const table = await readFile(await file.path(), "utf8");
    expect(table.split("\n").filter(Boolean)).toHaveLength(201);

    await page.getByRole("combobox", { name: "Use neuron 2 in the network" }).selectOption({ label: "Hidden 1" });
    await page.reload();
    await expect.poll(() => said.first().textContent()).toContain("3 spikes");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Workbench" }).click();
    await expect.poll(() => neuron(page).inputValue()).toBe("izhikevich");
    // A browser tells of every answer that is a refusal; there were two faults.
    expect(complaints.filter((one) => !one.includes("422"))).toEqual([]);
  });
});

describe("a neuron of one's own", () => {
  it("is written, checked at line and column, used, trained, and found in the library after a reload", async () => {
    const { page, complaints } = await app.open("", 1300, 900);
    await page.getByRole("radio", { name: /^Digits/ }).check();
    await page.getByRole("textbox", { name: "Hidden 1: number of neurons" }).fill("30");
    await neuron(page).selectOption({ label: "Write your own …" });
    const dialog = page.getByRole("dialog", { name: "A neuron of your own" });
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Reset now");
    await step(page).fill("m = beta * m + y\nout = spike(m - threshold)\nm = m * (1 - out) +");
    await dialog.getByText("line 1, column 16: there is no y.").waitFor();
    await dialog.getByText(/line 3, column \d+:/).waitFor();
    expect(await dialog.getByRole("button", { name: "Use it here" }).isDisabled()).toBe(true);
    await step(page).fill("m = beta * m + x\nout = spike(m - threshold)\nm = m * (1 - out)");
    await dialog.getByText("No fault.").waitFor();
    await expect.poll(() => dialog.locator(".equation").textContent()).toContain("Θ(");
    await expect
      .poll(() => dialog.getByRole("img", { name: /^Membrane over time/ }).getAttribute("aria-label"))
      .toMatch(/: \d+ spikes$/);
    await dialog.getByRole("combobox", { name: "beta: how it is learned" }).selectOption("per_neuron");
    await dialog.getByText("No fault.").waitFor();

    await dialog.getByRole("button", { name: "Keep in the library" }).click();
    await page.getByText("“Reset now” is kept as own-reset-now.", { exact: true }).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Export JSON" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("reset-now.json");
    await dialog.getByLabel("Neuron file").setInputFiles({
      name: "other.json",
      mimeType: "application/json",
      buffer: Buffer.from('{"kind": "leaky"}'),
    });
    await dialog.getByText("other.json: The file is no neuron written as equations").waitFor();
    await dialog.getByLabel("Neuron file").setInputFiles(await file.path());
    await expect.poll(() => dialog.getByText("other.json").count()).toBe(0);
    await dialog.getByText("No fault.").waitFor();
    await dialog.getByRole("button", { name: "Use it here" }).click();

    // 64·50 + 50 weights and biases of the hidden layer, a β for each neuron, 50·10 + 10 of the output.
    await expect.poll(() => page.getByLabel("Training control").textContent()).toContain("Parameters 2,290");
    await page.keyboard.press("Control+z");
    await expect.poll(() => neuron(page).inputValue()).toBe("leaky");
    await page.keyboard.press("Control+Shift+z");
    await expect.poll(() => neuron(page).inputValue()).toBe("own-reset-now");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("tab", { name: "Results" }).click();
    await expect.poll(() => page.locator("#panel").textContent()).toMatch(/9\d\.\d\d? ?%/);

    await page.reload();
    await expect.poll(() => neuron(page).inputValue()).toBe("own-reset-now");
    await page.getByRole("button", { name: "Hidden 1: all fields" }).click();
    await page.getByRole("button", { name: "Edit the equations …" }).click();
    await dialog.getByText("No fault.").waitFor();
    expect(await step(page).inputValue()).toContain("m = beta * m + x");
    await dialog.getByRole("button", { name: "Remove from the library" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByText("“Reset now” is removed from the library; runs keep it.", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => neuron(page).inputValue()).toBe("equations");
    expect(complaints).toEqual([]);
  });
});
