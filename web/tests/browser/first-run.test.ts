/** A newcomer's first run, from the design to the command line and back: what the application promises first. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";
import { PYTHON, ROOT } from "./server";

const call = promisify(execFile);
const app = application();

/** A digest of what the 3D view shows now. */
async function picture(page: Page): Promise<string> {
  const shot = await page.locator(".stage canvas").first().screenshot();
  return shot.toString("base64");
}

async function cli(...words: string[]): Promise<{ test: { accuracy: number } }> {
  const env = { ...process.env, SNNTRAINER3D_HOME: app.server.home };
  const { stdout } = await call(PYTHON, ["-m", "snntrainer3d", ...words, "--json"], { cwd: ROOT, env });
  return JSON.parse(stdout);
}

it("designs 64-50-10, watches it learn slowly, reads its accuracy, finds it again, takes it to the shell", async () => {
  const { page, complaints } = await app.open();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByRole("button", { name: "Fast and accurate" }).click();
  await page.getByLabel("All layers in one line").fill("64-50-10");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".tabs .title").first().textContent()).toBe("64-50-10");
  await page.getByLabel("Epochs").fill("10");
  await page.getByLabel("Pace").selectOption("slow");
  await page.getByRole("button", { name: "Train", exact: true }).click();

  const live = page.getByText(/^weights at update \d+/);
  await live.waitFor();
  const early = { text: await live.textContent(), picture: await picture(page) };
  await expect.poll(() => live.textContent()).not.toBe(early.text);
  await expect.poll(() => picture(page)).not.toBe(early.picture);

  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  await page.getByRole("tab", { name: "Results" }).click();
  const shown = Number.parseFloat((await page.locator(".big").textContent()) ?? "");
  expect(shown).toBeGreaterThan(90);

  await page.reload();
  await page.getByRole("tab", { name: /Runs/ }).click();
  await page.locator("li .name", { hasText: "digits 64-50-10" }).waitFor();
  await page.getByRole("tab", { name: "Results" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "JSON", exact: true }).click(),
  ]);
  const file = join(app.server.home, "taken-home.json");
  await download.saveAs(file);
  const { test } = await cli("evaluate", file, "--dataset", "digits");
  expect((test.accuracy * 100).toFixed(2)).toBe(shown.toFixed(2));
  expect(complaints).toEqual([]);
});
