/** Networks that are not only dense: designed, trained, drawn and looked into, in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, open } from "./chromium";
import { Server } from "./server";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const title = (page: Page) => page.locator(".tabs .title").first();
const shapes = (page: Page) => page.locator(".layer .shape").allTextContents();
const row = (page: Page, index: number) => page.locator(`[data-layer="${index}"]`);

async function onDigits(): Promise<{ page: Page; complaints: string[] }> {
  const opened = await open(browser, server.url, 1300, 900);
  await opened.page.getByRole("radio", { name: /^Digits/ }).check();
  return opened;
}

async function choose(page: Page, template: string, title_: string): Promise<void> {
  await page.getByRole("button", { name: template, exact: true }).click();
  await expect.poll(() => title(page).textContent()).toBe(title_);
}

describe("layers of all kinds", () => {
  it("come by template, say their shapes at once, and are marked where they do not fit", async () => {
    const { page, complaints } = await onDigits();
    await choose(page, "LeNet-like", "8×8-16c3-bn-mp2-32c3-bn-mp2-128-10");
    expect(await shapes(page)).toEqual([
      "3×3 → 16×8×8",
      "→ 16×8×8",
      "2×2 → 16×4×4",
      "3×3 → 32×4×4",
      "→ 32×4×4",
      "2×2 → 32×2×2",
      "→ 128",
      "→ 128",
      "→ 10",
    ]);
    await page.getByLabel("Conv 2: all fields").click();
    const kernel = page.locator("#field-network-layers-3-kernel");
    await kernel.fill("9");
    // Before the server can have answered.
    const fault = row(page, 3).getByRole("alert").filter({ hasText: "larger than its input of 16×4×4" });
    await fault.waitFor();
    expect(await fault.textContent()).toContain("At most 6 fits here.");
    await expect.poll(() => page.locator(".marks .note").textContent()).toContain("Layer 4 cannot take");
    expect(await row(page, 3).getByRole("alert").count()).toBe(1);
    await kernel.fill("3");
    await expect.poll(() => row(page, 3).getByRole("alert").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("are added where they fit, changed in kind, moved and removed", async () => {
    const { page } = await onDigits();
    const kinds = page.getByLabel("Kind of the new layer");
    await page.getByLabel("All layers in one line").fill("20");
    await page.keyboard.press("Enter");
    await kinds.selectOption({ label: "Convolution" });
    await page.getByRole("button", { name: "Add layer" }).click();
    await kinds.selectOption({ label: "Maximum pooling" });
    await page.getByRole("button", { name: "Add layer" }).click();
    await expect.poll(() => title(page).textContent()).toBe("8×8-16c3-mp2-20-10");
    await page.getByLabel("Hidden 1: all fields").click();
    await row(page, 3).getByLabel("Kind").selectOption({ label: "Recurrent" });
    await expect.poll(() => title(page).textContent()).toBe("8×8-16c3-mp2-20r-10");
    await page.getByLabel(/^Move Conv 1/).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => title(page).textContent()).toBe("8×8-mp2-16c3-20r-10");
    await page.getByLabel("Remove Pool 1").click();
    await expect.poll(() => title(page).textContent()).toBe("8×8-16c3-20r-10");
    await page.getByRole("button", { name: /^Choose layers/ }).click();
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.locator("#chosen-kind").selectOption({ label: "Synaptic" });
    await expect.poll(() => page.getByLabel("Recurrent 1: neuron").inputValue()).toBe("synaptic");
    expect(await page.getByLabel("Conv 1: neuron").inputValue()).toBe("synaptic");
    await page.reload();
    await expect.poll(() => title(page).textContent()).toBe("8×8-16c3-20r-10");
  });
});

describe("a convolutional network", () => {
  it("is trained, drawn, and a neuron of its maps laid open", async () => {
    const { page, complaints } = await onDigits();
    await page.getByLabel("All layers in one line").fill("8x8-4c3-mp2-20r-10");
    await page.keyboard.press("Enter");
    await page.getByLabel("Pool 1: neuron").selectOption({ label: "Leaky" });
    await page.getByLabel("Epochs").fill("1");
    await page.getByLabel("Time steps").fill("4");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".run .what", { hasText: "Finished" }).waitFor();
    const strip = page.getByLabel("Change per layer at the newest update");
    await expect.poll(() => strip.textContent()).toContain("Recurrent 1 → itself");
    await page.getByRole("tab", { name: "Inside" }).click();
    await page.getByLabel("Pictures of the samples").getByRole("button").first().click();
    await page.getByRole("group", { name: "Playback of spikes" }).waitFor();
    await page.getByRole("button", { name: "Neurons", exact: true }).click();
    await page.getByLabel("Layer of the neuron").selectOption({ label: "Conv 1 (144)" });
    await page.getByLabel("neuron", { exact: true }).fill("40");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    const card = page.getByRole("article");
    await card.getByText("Kernel of map 1").waitFor();
    // Neuron 40 of maps of 6×6 is in map 1, row 0, column 4.
    await card.getByText("Sees 3×3 of 8×8 from row 1, column 5").waitFor();
    await page.getByLabel("Layer of the neuron").selectOption({ label: "Recurrent 1 (20)" });
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await card.getByText("Comes back from Recurrent 1").waitFor();
    expect(complaints).toEqual([]);
  });
});
