/** A published page: exported by the command line, opened from disk, without any server. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complaintsOf, launch, still } from "./chromium";
import { PYTHON, ROOT } from "./server";

/** What the page of MNIST's 784-100-10 may have more, by its weights, inputs and pictures, tests/exports adds up. */
const MOST_BYTES = 1.5e6;
const run = promisify(execFile);
let folder: string;
let file: string;
let browser: Browser;

/** Trains the small digits, which are on every machine. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "snntrainer3d-published-"));
  file = join(folder, "page.html");
  const env = { ...process.env, SNNTRAINER3D_HOME: folder };
  const call = (...words: string[]) => run(PYTHON, ["-m", "snntrainer3d", ...words], { env, cwd: ROOT });
  const choices = ["--dataset", "digits", "--hidden", "100", "--preset", "fast", "--seed", "1", "--epochs", "4"];
  const { stdout } = await call("train", ...choices, "--json");
  const { run: id } = JSON.parse(stdout) as { run: string };
  await call("export", id, "--to", "page", "--output", file);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function openPage(options: { width?: number; height?: number; reducedMotion?: "reduce" | "no-preference" } = {}) {
  const { width = 1300, height = 900, reducedMotion = "reduce" } = options;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion, colorScheme: "dark" });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url)) asked.push(url);
  });
  await page.goto(pathToFileURL(file).href);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { page, complaints, asked };
}

/** Counts pixels of the stage in which green or red is well above the other, and those as bright yellow as spikes. */
async function coloursOf(page: Page): Promise<{ green: number; red: number; spikes: number }> {
  const shot = (await page.locator(".stage canvas").first().screenshot()).toString("base64");
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const found = { green: 0, red: 0, spikes: 0 };
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b] = data.subarray(at, at + 3);
      if (g > r + 25 && g > b + 10) found.green += 1;
      if (r > g + 25 && r > b + 10) found.red += 1;
      if (r > 200 && g > 150 && b < 150) found.spikes += 1;
    }
    return found;
  }, shot);
}

describe("a published page", () => {
  it("is small and asks nobody for anything", async () => {
    expect((await stat(file)).size).toBeLessThan(MOST_BYTES);
    const { page, complaints, asked } = await openPage();
    await page.waitForLoadState("networkidle");
    expect(asked).toEqual([pathToFileURL(file).href]);
    // Its own policy refuses whatever somebody would add to it.
    const reached = await page.evaluate(() =>
      fetch("https://example.org/").then(
        () => true,
        () => false,
      ),
    );
    expect(reached).toBe(false);
    expect(complaints.filter((words) => !words.includes("example.org"))).toEqual([]);
    await page.context().close();
  });

  it("draws the weights of both signs, and the spikes of the step that is shown", async () => {
    const { page, complaints } = await openPage();
    await expect.poll(async () => (await coloursOf(page)).green).toBeGreaterThan(300);
    expect((await coloursOf(page)).red).toBeGreaterThan(300);
    const slider = page.getByLabel("Time step");
    const counts: number[] = [];
    for (const step of [1, 10]) {
      await slider.fill(String(step));
      await still(page.locator(".stage canvas").first());
      counts.push((await coloursOf(page)).spikes);
    }
    expect(counts[1]).not.toBe(counts[0]);
    expect(Math.max(...counts)).toBeGreaterThan(50);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("plays its samples by itself, and another one when that is chosen", async () => {
    const { page, complaints } = await openPage({ reducedMotion: "no-preference" });
    const step = page.locator(".playback output");
    const begun = await step.textContent();
    await expect.poll(() => step.textContent()).not.toBe(begun);
    const samples = page.getByRole("group", { name: "Samples" }).getByRole("button");
    expect(await samples.count()).toBeGreaterThanOrEqual(10);
    await samples.nth(7).click();
    await page
      .getByText(/^Test sample \d+: 7/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("tells figures, curves, recipe and where its data come from", async () => {
    const { page, complaints } = await openPage({ width: 360, height: 740 });
    await page.getByText("Licence of the data: CC BY 4.0").waitFor();
    for (const name of ["Figures on the test set", "Training", "Network and recipe"]) {
      await page.getByRole("heading", { name, exact: true }).waitFor();
    }
    expect(await page.getByRole("rowheader", { name: "Learning rate" }).count()).toBe(1);
    const design = page.getByRole("link", { name: "Open this design" });
    expect(await design.getAttribute("href")).toMatch(/^http:\/\/127\.0\.0\.1:8000\/#d=[\w-]+$/);
    const loss = page.getByRole("slider", { name: /^Loss, curve/ });
    expect(Number(await loss.getAttribute("aria-valuemax"))).toBeGreaterThan(20);
    // The axis reaches over all updates: a curve that is drawn before its scale is known shows its first point only.
    const inked = await loss.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data, width, height } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      const columns = new Set<number>();
      for (let at = 0; at < width * height; at += 1) {
        if (data[4 * at + 2] > data[4 * at] + 60 && data[4 * at + 3] > 100) columns.add(at % width);
      }
      return columns.size / width;
    });
    expect(inked).toBeGreaterThan(0.4);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
