/** The README's pictures, taken from the real page while a real network learns. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../browser/chromium";
import { ROOT, Server } from "../browser/server";

const FOLDER = join(ROOT, "docs/pictures");
let server: Server;
let browser: Browser;

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const snap = async (page: Page, name: string) => {
  await page.waitForTimeout(1500); // the edges of the view complete over several frames
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
};

async function begin(width: number, height: number, colorScheme: "dark" | "light"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  return page;
}

async function train(page: Page, sizes: string, epochs: string): Promise<void> {
  const mnist = page.getByRole("radio", { name: /^MNIST/ });
  if (process.env.SNNTRAINER3D_DATA) await mnist.check();
  await page.getByLabel("All layers in one line").fill(sizes);
  await page.keyboard.press("Enter");
  await page.getByLabel("Epochs").fill(epochs);
  await page.getByRole("button", { name: "Train", exact: true }).click();
}

/** Pins a neuron of the hidden layer: the first that is found under the pointer. */
async function focusNeuron(page: Page): Promise<void> {
  const box = await page.locator(".solid canvas").boundingBox();
  if (!box) throw new Error("The view is not on the page.");
  const name = page.locator(".hover");
  for (let step = 0; step < 400; step += 1) {
    const [x, y] = [
      box.x + box.width * (0.4 + 0.2 * ((step % 20) / 20)),
      box.y + box.height * (0.35 + (step / 400) * 0.4),
    ];
    await page.mouse.move(x, y);
    await page.waitForTimeout(25);
    if ((await name.count()) > 0 && (await name.textContent({ timeout: 500 }).catch(() => ""))?.startsWith("Hidden")) {
      await page.mouse.click(x, y);
      return;
    }
  }
  throw new Error("No hidden neuron was found under the pointer.");
}

/** A sample's spikes on their way, then a seven drawn by hand. */
async function lookInside(page: Page): Promise<void> {
  await page.locator(".solid canvas").press("Escape"); // lets the neuron in focus go
  await page.getByRole("tab", { name: "Inside" }).click();
  await page.getByRole("button", { name: "Samples", exact: true }).click();
  await page.getByRole("button", { name: /^Sample 3:/ }).click();
  await page.locator(".verdict").waitFor({ timeout: 60_000 });
  await snap(page, "spikes");
  await page.getByRole("button", { name: "Draw one" }).click();
  const box = await page.getByLabel("Pad to draw on").boundingBox();
  if (!box) throw new Error("The pad is not on the page.");
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(0.25, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.72, 0.2), { steps: 12 });
  await page.mouse.move(...at(0.45, 0.85), { steps: 12 });
  await page.mouse.up();
  await page.getByText("The drawing, as the network gets it").waitFor();
  await snap(page, "drawing");
}

it("start, learning, result; dark and light, wide and narrow", async () => {
  const page = await begin(1440, 900, "dark");
  await snap(page, "start");
  await train(page, "100", "3");
  await page.getByText(/^weights at update \d+/).waitFor({ timeout: 300_000 });
  await snap(page, "learning");
  await page.locator(".run .what", { hasText: "Finished" }).waitFor({ timeout: 500_000 });
  await page.getByRole("tab", { name: "Results" }).click();
  for (const close of await page.locator(".toast button").all()) await close.click().catch(() => {});
  await snap(page, "workbench");
  await focusNeuron(page);
  await snap(page, "focus");
  await page.keyboard.press("m");
  await page.locator(".flat canvas").waitFor();
  await snap(page, "matrix");
  await page.keyboard.press("m");
  await page.keyboard.press("b");
  await page.locator(".flat canvas").waitFor();
  await snap(page, "beside");
  await page.keyboard.press("b");
  const link = page.url();
  for (const [name, width, height] of [
    ["workbench-light", 1440, 900],
    ["workbench-narrow", 390, 844],
  ] as const) {
    const other = await begin(width, height, name.endsWith("light") ? "light" : "dark");
    await other.goto(link);
    await other.reload();
    await other.getByText(/^weights at update \d+/).waitFor({ timeout: 60_000 });
    await other.getByRole("tab", { name: "Results" }).click();
    await snap(other, name);
  }
  await lookInside(page);
  expect(server.url).toBeTruthy();
});
