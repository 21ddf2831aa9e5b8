/** Nobody is shut out: axe finds no serious fault on any panel or dialog, in either theme, wide and narrow. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { application } from "./application";

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TRAINED_WITHIN = 120_000;
let axe: string;
const app = application(async () => {
  axe = await readFile(AXE, "utf8");
});

async function open(width: number, height: number, colorScheme: "dark" | "light"): Promise<Page> {
  // The page's policy lets no foreign script in; the tests' own is.
  const context = await app.browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(app.url);
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  return page;
}

/** Gives what axe calls serious or critical, with the element and the words. */
async function faults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ content: axe });
  const { violations, passes } = await page.evaluate(
    () =>
      (window as unknown as { axe: { run: () => Promise<never> } }).axe.run() as Promise<{
        violations: Violation[];
        passes: unknown[];
      }>,
  );
  expect(passes.length).toBeGreaterThan(10);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}\n${failureSummary}`),
    );
}

async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  for (const row of await page.getByRole("button", { name: /: all fields$/ }).all()) await row.click();
}

describe.each([
  ["dark", 1400, 900],
  ["light", 1400, 900],
  ["dark", 360, 740],
] as const)("in %s at %i pixels", (scheme, width, height) => {
  it("the design with everything unfolded, the help and the log are without serious fault", async () => {
    const page = await open(width, height, scheme);
    if (width < 900) await page.getByRole("tab", { name: "Design" }).click();
    await page.getByRole("radio", { name: /^Digits/ }).check();
    await unfold(page);
    expect(await faults(page)).toEqual([]);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = false)));
    await page.getByRole("button", { name: /^Choose layers/ }).click();
    await page.getByLabel("Choose Hidden 1").check();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.context().close();
  }, 120_000);
});

it("a run's progress, results, matrices and the list of runs are without serious fault, dark and light", async () => {
  const page = await open(1400, 900, "dark");
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("Epochs").fill("2");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor({ timeout: TRAINED_WITHIN });
  for (const theme of ["dark", "light"]) {
    for (const [tab, part] of [
      ["Training", ".plot"],
      ["Results", "[data-cell]"],
      ["Runs", "li .name"],
    ]) {
      await page.getByRole("tab", { name: new RegExp(tab) }).click();
      await page.locator(`#panel ${part}`).first().waitFor();
      expect(await faults(page), `${tab}, ${theme}`).toEqual([]);
    }
    await page.getByRole("button", { name: "Show weights as matrices" }).click();
    await page.locator(".flat canvas").waitFor();
    expect(await faults(page), `matrices, ${theme}`).toEqual([]);
    await page.getByRole("button", { name: "Show weights as matrices" }).click();
    await page.keyboard.press("d");
  }
  await page.context().close();
}, 240_000);
