/** A page that is left open on a long training, and a view that comes and goes, keep nothing that is not shown. */
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { complaintsOf, FLAGS } from "../browser/chromium";
import { Server } from "../browser/server";

const MEMORY_FLAGS = ["--enable-precise-memory-info", "--js-flags=--expose-gc"];
const MB = 1e6;
const MOST_GROWN = 20 * MB;
const UPDATES = 10_000;
let server: Server;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    Server.start(),
    chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [...FLAGS, ...MEMORY_FLAGS],
    }),
  ]);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  complaints = complaintsOf(page);
  await page.goto(server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Bytes that live on the page's heap after all garbage is gone. */
const heap = () =>
  page.evaluate(async () => {
    const { gc, performance: clock } = window as unknown as {
      gc: () => void;
      performance: { memory: { usedJSHeapSize: number } };
    };
    for (let turn = 0; turn < 4; turn += 1) {
      gc();
      await new Promise((done) => setTimeout(done, 60));
    }
    return clock.memory.usedJSHeapSize;
  });

it("the page grows by less than 20 MB over a training of ten thousand updates", async () => {
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("All layers in one line").fill("100-50");
  await page.keyboard.press("Enter");
  await page.getByLabel("Time steps").fill("2");
  await page.getByLabel("Batch size").fill("32");
  await page.getByLabel("Validation share").fill("0");
  await page.getByLabel("Epochs").fill(String(Math.ceil(UPDATES / 45)));
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByText(/^weights at update [1-9]/).waitFor();
  const before = await heap();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  await page.waitForTimeout(1000);
  const grown = (await heap()) - before;
  const update = page.locator("dt", { hasText: "Update" }).locator("+ dd");
  await page.getByRole("tab", { name: "Training" }).click();
  expect(Number((await update.textContent())?.split("/")[1].replaceAll(",", ""))).toBeGreaterThanOrEqual(UPDATES);
  console.log(`Over ${UPDATES} updates the heap grew by ${(grown / MB).toFixed(1)} MB.`);
  expect(grown).toBeLessThan(MOST_GROWN);
  expect(complaints).toEqual([]);
});

it("going back and forth between view, matrices and panels fifty times leaves nothing behind", async () => {
  const turn = async () => {
    await page.keyboard.press("m");
    await page.locator(".flat canvas").waitFor();
    for (const tab of ["Results", "Training"]) await page.getByRole("tab", { name: tab }).click();
    await page.keyboard.press("m");
    await page.locator(".flat").waitFor({ state: "detached" });
    await page.locator(".plot canvas").first().waitFor();
  };
  for (let warm = 0; warm < 5; warm += 1) await turn();
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  const [before, many] = [await heap(), await nodes()];
  for (let time = 0; time < 50; time += 1) await turn();
  const grown = (await heap()) - before;
  console.log(`Over 50 turns the heap grew by ${(grown / MB).toFixed(2)} MB.`);
  expect(grown).toBeLessThan(5 * MB);
  expect(Math.abs((await nodes()) - many)).toBeLessThan(50);
  expect(complaints).toEqual([]);
});
