/** The tutorials' pictures: what their own files and commands bring to the page. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { it } from "vitest";
import { application } from "../browser/application";
import { go, rows } from "../browser/pages";
import { PYTHON, ROOT } from "../browser/server";

const TRAINED_WITHIN = 400_000;
const app = application();

const snap = async (page: Page, name: string) => {
  await page.waitForTimeout(1500); // the edges of the view complete over several frames
  await page.screenshot({ path: join(ROOT, `docs/pictures/tutorial-${name}.png`) });
};

/** A file that a tutorial has in a block of this title. */
async function fileOf(tutorial: string, title: string): Promise<string> {
  const page = await readFile(join(ROOT, `docs/tutorials/${tutorial}.md`), "utf8");
  const found = new RegExp(`^\`\`\`\\w+ title="${title}"\\n(.*?)^\`\`\``, "ms").exec(page);
  if (!found) throw new Error(`${tutorial} has no file ${title}.`);
  return found[1];
}

/** Begins without the tour's offer, as one who has been here. */
async function begin(): Promise<Page> {
  const { page } = await app.open("", 1440, 900);
  await page.getByRole("button", { name: "No tour" }).click();
  return page;
}

it("a first network", async () => {
  const page = await begin();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByRole("button", { name: "Fast and accurate" }).click();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor({ timeout: TRAINED_WITHIN });
  await page.getByRole("tab", { name: "Results" }).click();
  for (const close of await page.locator(".toast button").all()) await close.click().catch(() => {});
  await snap(page, "first");
});

it("neurons compared", async () => {
  const page = await begin();
  await go(page, "Studies");
  await page.locator("main.cover input[type=file]").setInputFiles({
    name: "neurons.json",
    mimeType: "application/json",
    buffer: Buffer.from(await fileOf("neurons-compared", "neurons.json")),
  });
  await page.getByRole("button", { name: "Start 18 runs" }).click();
  await page.locator("article .chip.finished").waitFor({ timeout: TRAINED_WITHIN });
  await snap(page, "study");
  await go(page, "Runs");
  for (const neuron of ["leaky", "synaptic"])
    await rows(page)
      .filter({ hasText: `neuron ${neuron} · seed 1` })
      .getByRole("checkbox")
      .check();
  await page.getByRole("toolbar").getByRole("button", { name: "Compare" }).click();
  await page
    .getByText(/right on \d+ samples/)
    .first()
    .waitFor({ timeout: 60_000 });
  await snap(page, "compare");
});

it("own data", async () => {
  const folder = await mkdtemp(join(tmpdir(), "snntrainer3d-wine-"));
  execFileSync(PYTHON, ["-c", await fileOf("own-data", "wine.py")], { cwd: folder });
  const page = await begin();
  await page.getByLabel("Data file").setInputFiles(join(folder, "wine.csv"));
  await page.getByRole("dialog", { name: "Your own data" }).getByText("13 numbers").waitFor({ timeout: 60_000 });
  await snap(page, "own-data");
  await rm(folder, { recursive: true, force: true });
});
