/** What a visitor has to load, as the server's compression sends it, and that the first paint waits for little of it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";

const STATIC = join(import.meta.dirname, "../../../src/snntrainer3d/static");
const KB = 1024;
const MOST_LOADED = 250 * KB;
const MOST_BEFORE_PAINT = 100 * KB;
/** A part that is loaded when it is first shown is waited for: none may be large. */
const MOST_OF_A_PART = 64 * KB;
const app = application();
let page: Page;

/** Loads the page; gives the packed bytes of every file that it asks for until `done`, by name. */
async function loaded(done: (page: Page) => Promise<unknown>): Promise<Map<string, number>> {
  page = await app.browser.newPage({ viewport: { width: 1280, height: 800 } });
  const asked: Promise<[string, number]>[] = [];
  page.on("response", (answer) => {
    const path = new URL(answer.url()).pathname;
    if (path.startsWith("/api/")) return;
    asked.push(answer.body().then((body) => [path, gzipSync(body).length]));
  });
  await page.goto(app.url);
  await done(page);
  await page.waitForLoadState("networkidle");
  return new Map(await Promise.all(asked));
}

const sum = (sizes: Map<string, number>) => [...sizes.values()].reduce((total, bytes) => total + bytes, 0);

it("is small until the view stands", async () => {
  const sizes = await loaded((shown) => shown.locator(".solid", { hasText: "Output" }).waitFor());
  expect([...sizes.keys()].some((path) => path.includes("view3d"))).toBe(true);
  console.log(`Until the view stands: ${(sum(sizes) / KB).toFixed(1)} KB`, Object.fromEntries(sizes));
  expect(sum(sizes)).toBeLessThan(MOST_LOADED);
});

it("paints and can be used without three.js", async () => {
  const context = await app.browser.newContext();
  page = await context.newPage();
  let wanted = "";
  await page.route(/view3d/, (route) => {
    wanted = route.request().url(); // and never answers
  });
  await page.goto(app.url);
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  await page.getByRole("button", { name: "Add layer" }).click();
  await expect.poll(() => wanted).toContain("view3d");
  const paints = () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length);
  await expect.poll(paints).toBe(1);
  const html = await readFile(join(STATIC, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThanOrEqual(2);
  const bytes = await Promise.all(named.map(async (path) => gzipSync(await readFile(join(STATIC, path))).length));
  expect(bytes.reduce((total, one) => total + one, gzipSync(html).length)).toBeLessThan(MOST_BEFORE_PAINT);
  await context.close();
});

it("has no large part among those that are loaded later", async () => {
  const files = (await readdir(join(STATIC, "assets"))).filter((name) => /\.(js|css)$/.test(name));
  const later = files.filter((name) => !/^(index|view3d|three|simulator)/.test(name));
  expect(later.length).toBeGreaterThanOrEqual(3);
  for (const name of later) {
    expect(gzipSync(await readFile(join(STATIC, "assets", name))).length, name).toBeLessThan(MOST_OF_A_PART);
  }
});
