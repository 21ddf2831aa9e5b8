/** What the stage and the design do beyond a single training: replay, comparison, charts, bulk edits, all by a person's hands. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, open } from "./chromium";
import { Server } from "./server";

const TRAINED_WITHIN = 120_000;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, 30_000);

async function trained(): Promise<{ page: Page; complaints: string[] }> {
  const opened = await open(browser, server.url, 1400, 900);
  const { page } = opened;
  await page.getByRole("radio", { name: /digits/i }).check();
  await page.getByLabel("All layers in one line").fill("20");
  await page.keyboard.press("Enter");
  await page.getByLabel("Time steps").fill("5");
  await page.getByLabel("Epochs").fill("3");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor({ timeout: TRAINED_WITHIN });
  await page.getByRole("tab", { name: "Training" }).click();
  return opened;
}

it("replays moments with their figures, plays them like a film, and shows how two of them differ", async () => {
  const { page, complaints } = await trained();
  const slider = page.getByLabel("Recorded weights");
  await slider.press("Home");
  await page.getByText("replay at update 0").waitFor();
  expect(await page.locator(".replay output").textContent()).toContain("before training");
  await slider.press("ArrowRight");
  await expect.poll(() => page.locator(".replay output").textContent()).toMatch(/update 1 · epoch 1.*loss \d/);
  const picture = () => page.locator(".solid canvas").screenshot();
  const early = await picture();
  await page.getByRole("button", { name: "Compare with this" }).click();
  await page.getByText("changes from update 1 to 1").waitFor();
  await slider.press("End");
  await page.getByText(/^changes from update 1 to [1-9]\d+/).waitFor();
  expect(await page.locator("figure", { hasText: "change" }).count()).toBe(1);
  await page.waitForTimeout(1000);
  const changes = await picture();
  expect(changes.equals(early)).toBe(false);
  await page.getByRole("button", { name: /^Compared with/ }).click();
  await page.getByText(/^replay at update/).waitFor();
  await slider.press("Home");
  await page.getByRole("button", { name: "Three times as fast" }).click();
  await page.getByRole("button", { name: "Play how the weights grew" }).click();
  await expect.poll(() => slider.getAttribute("aria-valuetext"), { timeout: 30_000 }).toMatch(/epoch 3/);
  expect(complaints).toEqual([]);
  await page.context().close();
}, 200_000);

it("reads, zooms and saves a chart by keyboard and menu", async () => {
  const { page, complaints } = await trained();
  const plot = page.getByRole("slider", { name: /^Accuracy/ });
  await plot.focus();
  await plot.press("Home");
  expect(await plot.getAttribute("aria-valuetext")).toMatch(/^update \d+ · epoch 1, training \d/);
  const first = await plot.getAttribute("aria-valuenow");
  await plot.press("ArrowRight");
  expect(await plot.getAttribute("aria-valuenow")).not.toBe(first);
  const whole = await plot.screenshot();
  for (let time = 0; time < 4; time += 1) await plot.press("+");
  expect((await plot.screenshot()).equals(whole)).toBe(false);
  await plot.press("Escape");

  const menu = page.locator("summary[aria-label='Save Loss']");
  const save = async (name: string) => {
    await menu.click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("figure details[open]").getByText(name).click(),
    ]);
    return readFile(await download.path());
  };
  const values = (await save("Values, CSV")).toString("utf8").trim().split("\n");
  expect(values[0]).toBe("update,training,validation");
  expect(values.length).toBeGreaterThan(50);
  const png = await save("Picture, PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.readUInt32BE(16)).toBeGreaterThan(600);
  const svg = (await save("Figure, SVG")).toString("utf8");
  expect(svg).toContain("<svg");
  expect(complaints).toEqual([]);
  await page.context().close();
}, 200_000);

it("designs many layers at once, by keyboard alone", async () => {
  const { page, complaints } = await open(browser, server.url, 1400, 900);
  const title = page.locator(".tabs .title").first();
  await page.getByRole("radio", { name: /digits/i }).check();
  await page.getByText("Many layers at once").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "in place of all" }).press("Enter");
  await page.getByLabel("Number of layers").fill("4");
  await page.getByLabel("Neurons in each").fill("25");
  await page.keyboard.press("Enter");
  await expect.poll(() => title.textContent()).toBe("64-25-25-25-25-10");
  await page.getByRole("button", { name: /^Choose layers/ }).press("Enter");
  await page.getByRole("button", { name: "All hidden" }).press("Enter");
  await page.locator("#chosen-kind").selectOption("synaptic");
  await page.getByRole("button", { name: "Done" }).press("Enter");
  await expect.poll(() => page.getByLabel("Hidden 4: neuron").inputValue()).toBe("synaptic");
  expect(await page.getByLabel("Output: neuron").inputValue()).toBe("leaky");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.getByLabel("Hidden 1: neuron").inputValue()).toBe("leaky");
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("records what the view shows as a clip", async () => {
  const { page, complaints } = await open(browser, server.url, 1400, 900);
  await page.locator(".solid", { hasText: "Output" }).waitFor();
  const button = page.getByRole("button", { name: "Record a clip" });
  await button.click();
  expect(await button.getAttribute("aria-pressed")).toBe("true");
  await page.locator(".solid canvas").focus();
  for (let turn = 0; turn < 8; turn += 1) {
    await page.keyboard.press("ArrowRight");
    await page.waitForTimeout(100);
  }
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const clip = await readFile(await download.path());
  expect(clip.subarray(0, 4).toString("hex")).toBe("1a45dfa3"); // the head of every WebM file
  expect(clip.length).toBeGreaterThan(5000);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("draws again after the graphics card was lost", async () => {
  const { page } = await open(browser, server.url, 1100, 760);
  await page.locator(".solid", { hasText: "Output" }).waitFor();
  await page.waitForTimeout(1500);
  const canvas = page.locator(".solid canvas");
  const before = await canvas.screenshot();
  const wasLost = await canvas.evaluate(async (element) => {
    const context = (element as HTMLCanvasElement).getContext("webgl2");
    const lost = context?.getExtension("WEBGL_lose_context");
    lost?.loseContext();
    await new Promise((done) => setTimeout(done, 300));
    const gone = context?.isContextLost();
    lost?.restoreContext();
    return gone;
  });
  expect(wasLost).toBe(true);
  await expect
    .poll(async () => Math.abs((await canvas.screenshot()).length - before.length) / before.length, { timeout: 20_000 })
    .toBeLessThan(0.05);
  await page.context().close();
});
