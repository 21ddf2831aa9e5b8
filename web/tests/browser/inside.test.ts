/** Looking inside a trained network: its samples, drawings and neurons, in a real browser against the real server. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, open } from "./chromium";
import { Server } from "./server";

const TRAINED_WITHIN = 240_000;
let server: Server;
let browser: Browser;
/** The best data set on this machine: drawn sevens need MNIST, all else is as well shown on the small digits. */
let dataset: "mnist" | "digits";
let run: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  const rows = (await ask("datasets")) as { name: string; available: boolean }[];
  dataset = rows.some(({ name, available }) => name === "mnist" && available) ? "mnist" : "digits";
  run = await train();
}, TRAINED_WITHIN + 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
}, 30_000);

async function ask(path: string): Promise<unknown> {
  return (await fetch(`${server.url}api/${path}`)).json();
}

/** Trains 100 hidden neurons for one epoch of the recipe fast; gives the run's id. */
async function train(): Promise<string> {
  const { page } = await open(browser, server.url);
  await page.getByRole("radio", { name: dataset === "mnist" ? /^MNIST/ : /digits/i }).check();
  await page.getByRole("button", { name: "Fast and accurate" }).click();
  await page.getByLabel("All layers in one line").fill("100");
  await page.keyboard.press("Enter");
  await page.getByLabel("Epochs").fill(dataset === "mnist" ? "1" : "8");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor({ timeout: TRAINED_WITHIN });
  const id = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("run");
  await page.context().close();
  if (!id) throw new Error("The address names no run.");
  return id;
}

/** Opens the run on the panel that looks inside. */
async function lookInside(width = 1100, height = 760) {
  const opened = await open(browser, `${server.url}#run=${run}&tab=inside`, width, height);
  await opened.page.getByRole("button", { name: /^Sample 0:/ }).waitFor();
  return opened;
}

const decision = (page: Page) => page.locator(".verdict .class");
const step = (page: Page) => page.locator(".playback output");
const shownCount = (page: Page, output: number) =>
  page.getByLabel("Spikes of the outputs at the step shown").locator("output").nth(output).textContent().then(Number);

/** Draws strokes on the pad, their points as shares of its sides. */
async function drawStroke(page: Page, points: [number, number][]): Promise<void> {
  const box = await page.getByLabel("Pad to draw on").boundingBox();
  if (!box) throw new Error("The pad is not on the page.");
  const at = ([x, y]: [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 10 });
}

const SEVEN: [number, number][] = [
  [0.25, 0.2],
  [0.72, 0.2],
  [0.45, 0.85],
];

describe("a drawing", () => {
  it("of a seven is answered while the stroke goes on, and decided as a seven", async (test) => {
    if (dataset !== "mnist") test.skip("MNIST is not on this machine: its path is SNNTRAINER3D_DATA.");
    const { page, complaints } = await lookInside();
    await page.getByRole("button", { name: "Draw one" }).click();
    await drawStroke(page, SEVEN);
    // The pen is still down.
    await decision(page).waitFor();
    await page.getByText(/Answered \d+ ms after the stroke/).waitFor();
    await page.mouse.up();
    await expect.poll(() => decision(page).textContent()).toBe("7");
    await page.getByText(/Decided from step \d+ of \d+ on/).waitFor();
    await expect.poll(() => shownCount(page, 7)).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  }, 120_000);

  it("is made by keys alone, undone and cleared", async () => {
    const { page, complaints } = await lookInside();
    await page.getByRole("button", { name: "Draw one" }).click();
    await page.getByLabel("Pad to draw on").focus();
    await page.keyboard.press("Space");
    for (let at = 0; at < 16; at += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.locator(".verdict").waitFor();
    await page.keyboard.press("Backspace");
    await expect.poll(() => page.locator(".verdict").count()).toBe(0);
    await page.getByText("The network decides while you draw.").waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("a sample", () => {
  it("is played by buttons and keys, with no motion before it is asked for", async () => {
    const { page, complaints } = await lookInside();
    await page.getByRole("button", { name: /^Sample 0:/ }).click();
    await page.locator(".verdict").waitFor();
    const [, steps] = (await step(page).textContent())!.split(" / ");
    expect(await step(page).textContent()).toBe(`${steps} / ${steps}`);
    await page.locator(".verdict").click();
    await page.keyboard.press(",");
    expect(await step(page).textContent()).toBe(`${Number(steps) - 1} / ${steps}`);
    await page.getByLabel("Time step", { exact: true }).fill("1");
    expect(await step(page).textContent()).toBe(`1 / ${steps}`);
    await page.getByLabel("Speed").selectOption("16");
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Pause the spikes" }).waitFor();
    await expect.poll(() => step(page).textContent(), { timeout: 20_000 }).toBe(`${steps} / ${steps}`);
    await page.getByRole("button", { name: "Play the spikes" }).waitFor();
    await page.getByRole("button", { name: "End the playback" }).click();
    expect(await page.locator(".verdict").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("is found from its cell of the confusion matrix", async () => {
    const { page, complaints } = await open(browser, `${server.url}#run=${run}&tab=results`);
    const cells = page.locator("[data-cell]:not(.right):not(.nothing)");
    const cell = cells.first();
    const [, truth, decided, count] = /true (\S+), decided (\S+): (\d+)/.exec(
      (await cell.getAttribute("aria-label"))!,
    )!;
    await cell.click();
    const samples = page.getByLabel("Pictures of the samples").getByRole("button");
    await expect.poll(() => samples.count(), { timeout: 120_000 }).toBe(Math.min(40, Number(count)));
    for (const sample of await samples.all()) {
      expect(await sample.getAttribute("aria-label")).toMatch(new RegExp(`: ${truth}, taken for ${decided}$`));
    }
    await samples.first().click();
    await expect.poll(() => decision(page).textContent()).toBe(decided);
    await page.getByText(`wrong, it is ${truth}`).waitFor();
    expect(complaints).toEqual([]);
  }, 180_000);

  it("is shown flat where there is no WebGL2, and fits a telephone", async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.startsWith("webgl") ? null : (real as (...all: unknown[]) => unknown).call(this, kind, ...rest);
      } as typeof real;
    });
    await page.goto(`${server.url}#run=${run}&tab=inside`);
    await page.getByRole("button", { name: /^Sample 1:/ }).click();
    await page.locator(".verdict").waitFor();
    await page.getByLabel(/^Spikes over \d+ steps\. Hidden 1: 100 neurons/).waitFor();
    await page.getByLabel(/^Membrane potentials over/).waitFor();
    expect(await page.evaluate(() => document.querySelector("#panel")?.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.getByRole("button", { name: "One step back" }).click();
    expect(await step(page).textContent()).toMatch(/^\d+ \/ \d+$/);
    await context.close();
  });
});
