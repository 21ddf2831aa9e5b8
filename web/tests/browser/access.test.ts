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
let axe: string;
const app = application(async () => {
  axe = await readFile(AXE, "utf8");
});

async function open(width: number, height: number): Promise<Page> {
  // The page's policy lets no foreign script in; the tests' own is.
  const context = await app.browser.newContext({
    viewport: { width, height },
    colorScheme: "dark",
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(app.url);
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  return page;
}

/** Gives what axe calls serious or critical by these rules, with the element and the words. */
async function audit(page: Page, rules: "all" | "colours"): Promise<string[]> {
  const only = rules === "all" ? {} : { runOnly: ["color-contrast", "link-in-text-block"] };
  const { violations, passes } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run: (options: object) => Promise<never> } }).axe.run(options) as Promise<{
        violations: Violation[];
        passes: unknown[];
      }>,
    { ...only, resultTypes: ["violations"] },
  );
  expect(passes.length).toBeGreaterThan(rules === "all" ? 10 : 0);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}\n${failureSummary}`),
    );
}

/** Gives the serious faults of what the page shows; on a wide page in the light theme too, which differs in its colours. */
async function faults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ content: axe });
  const found = await audit(page, "all");
  if ((page.viewportSize()?.width ?? 0) < 900) return found;
  const themed = async (colorScheme: "light" | "dark") => {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
  };
  await themed("light");
  const inLight = await audit(page, "colours");
  await themed("dark");
  return [...found, ...inLight.map((fault) => `In the light theme, ${fault}`)];
}

const unfoldMenus = (page: Page) =>
  page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));

async function unfold(page: Page): Promise<void> {
  await unfoldMenus(page);
  for (const row of await page.getByRole("button", { name: /: all fields$/ }).all()) await row.click();
}

const SIZES = [
  [1400, 900],
  [360, 740],
] as const;

describe.each(SIZES)("at %i pixels", (width, height) => {
  it("the design with everything unfolded, the help and the log are without serious fault", async () => {
    const page = await open(width, height);
    if (width < 900) await page.getByRole("tab", { name: "Design" }).click();
    await page.getByRole("radio", { name: /^Digits/ }).check();
    await unfold(page);
    expect(await faults(page)).toEqual([]);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = false)));
    await page.getByRole("button", { name: /^Choose layers/ }).click();
    await page.getByLabel("Choose Hidden 1").check();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Help", exact: true }).click();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Words of the field" }).click();
    await page.getByPlaceholder("Search …").waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Take the tour", exact: true }).click();
    await page.locator(".driver-popover-title").waitFor();
    await page.locator(".driver-active-element:not([aria-expanded])").waitFor({ state: "attached" });
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.context().close();
  });

  it("the neuron bench and the editor of own neurons are without serious fault", async () => {
    const page = await open(width, height);
    await page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Bench", exact: true }).click();
    await page.getByRole("button", { name: "A second neuron beside it" }).click();
    await page.getByRole("combobox", { name: "Neuron 2", exact: true }).selectOption({ label: "Izhikevich" });
    await page.getByRole("region", { name: "Phase plane of Izhikevich 2" }).waitFor();
    await unfoldMenus(page);
    expect(await faults(page)).toEqual([]);
    await page.getByRole("combobox", { name: "Neuron 1", exact: true }).selectOption({ label: "Write your own …" });
    const dialog = page.getByRole("dialog", { name: "A neuron of your own" });
    await dialog.getByRole("textbox", { name: /^Step:/ }).fill("m = y");
    await dialog.getByText("line 1, column 5: there is no y.").waitFor();
    await dialog.getByRole("combobox", { name: "Surrogate" }).selectOption("equations");
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  });
});

it("a run's progress, results, matrices and the list of runs are without serious fault", async () => {
  const page = await open(1400, 900);
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("Epochs").fill("2");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  for (const [tab, part] of [
    ["Training", ".plot"],
    ["Results", "[data-cell]"],
    ["Runs", "li .name"],
  ]) {
    await page.getByRole("tab", { name: new RegExp(tab) }).click();
    await page.locator(`#panel ${part}`).first().waitFor();
    expect(await faults(page), tab).toEqual([]);
  }
  await page.getByRole("button", { name: "Show weights as matrices" }).click();
  await page.locator(".flat canvas").waitFor();
  expect(await faults(page), "matrices").toEqual([]);
  await page.context().close();
});

/** A study of two small runs, to its end: something to look at on every page; gives the ids of study and runs. */
async function studied(): Promise<{ study: string; runs: string[] }> {
  const study = {
    name: "small",
    compose: { dataset: "digits", preset: "fast", hidden: [6], training: { epochs: 1 } },
    vary: { kind: "grid", fields: { "training.learning_rate": [0.01, 0.001] } },
  };
  const headers = { "content-type": "application/json" };
  const made = await fetch(`${app.url}api/studies`, { method: "POST", headers, body: JSON.stringify({ study }) });
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  const written = async () => {
    const report = (await (await fetch(`${app.url}api/studies/${id}/report`)).json()) as { written_at?: number | null };
    return typeof report.written_at === "number";
  };
  await expect.poll(written, { interval: 1000 }).toBe(true);
  const { runs } = (await (await fetch(`${app.url}api/runs`)).json()) as { runs: { id: string }[] };
  return { study: id, runs: runs.map((run) => run.id) };
}

it("the pages of many runs and the look inside are without serious fault, wide and narrow", async () => {
  const { study, runs } = await studied();
  const found: string[] = [];
  for (const [width, height] of SIZES) {
    const page = await open(width, height);
    const look = async (place: string) =>
      found.push(...(await faults(page)).map((fault) => `${place} at ${width}: ${fault}`));
    const go = async (hash: string) => {
      await page.goto("about:blank");
      await page.goto(`${app.url}${hash}`);
    };

    await go("#page=runs");
    await page.getByRole("grid").locator(".body [role=row]").nth(1).locator(".name").click();
    await page.getByRole("complementary", { name: "Details of the run" }).waitFor();
    await look("runs with details");
    await unfoldMenus(page);
    await look("runs, unfolded");

    await go(`#page=compare&runs=${runs.slice(0, 2).join()}`);
    await page.locator("#compare-metrics", { hasText: "Synaptic operations" }).waitFor();
    await page.getByText("In words").first().waitFor();
    await look("compare");

    await go("#page=studies");
    await page.getByRole("button", { name: "New study" }).first().click();
    await page.getByLabel("Field that varies").waitFor();
    await look("a new study");
    await go(`#page=studies&study=${study}`);
    for (const tab of ["Board", "Tables", "Figures"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("tabpanel", { name: tab }).locator("table, img, .note").first().waitFor();
      await look(`a study's ${tab}`);
    }

    await go(`#run=${runs[0]}&tab=inside`);
    await page.getByRole("button", { name: /^Sample 0:/ }).click();
    await page.locator(".verdict").waitFor();
    await look("a sample");
    await page.getByRole("button", { name: "Draw one" }).click();
    await look("drawing");
    await page.getByRole("button", { name: "Neurons", exact: true }).click();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.locator("article .bias").waitFor();
    await look("a neuron");
    await page.getByRole("button", { name: /notices/i }).click();
    await look("the log");
    await page.context().close();
  }
  expect(found).toEqual([]);
});
