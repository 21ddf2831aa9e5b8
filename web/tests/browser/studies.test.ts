/** Studies beyond a first small one: stopped and resumed, tuned; and one of their runs taken home and brought back. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";
import { go, rows } from "./pages";

const app = application();

interface Study {
  id: string;
  status: string;
  counts: Record<string, number>;
  entries: { key: string; run: string | null }[];
  trials: { run: string; state: string; validation_accuracy: number | null }[] | null;
}

/** Opens a study's document in the editor, as from a file of one's own. */
async function openDocument(page: Page, document: object): Promise<void> {
  await go(page, "Studies");
  await page.locator("main.cover input[type=file]").setInputFiles({
    name: "study.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(document)),
  });
}

/** The study that the page shows, as the server tells it. */
async function shown(page: Page): Promise<Study> {
  const id = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("study") ?? "";
  return (await page.request.get(new URL(`api/studies/${id}`, app.url).href)).json() as Promise<Study>;
}

/** Lets the runs of a study whose every update waits go on to their ends. */
async function letItEnd(page: Page): Promise<void> {
  for (let study = await shown(page); study.status !== "finished"; study = await shown(page)) {
    for (const { run } of study.entries)
      if (run) await page.request.post(new URL(`api/runs/${run}/step`, app.url).href);
  }
}

it("stops a study in its midst and resumes it, training nothing twice", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await openDocument(page, {
    name: "in two parts",
    compose: { dataset: "digits", preset: "paper", hidden: [8], training: { num_steps: 10, pace: "update" } },
    vary: { kind: "grid", fields: { "training.learning_rate": [0.01, 0.001] } },
    seeds: [0, 1],
  });
  await page.getByRole("button", { name: "Start 4 runs" }).click();
  await page.locator("article .chip.running").waitFor();
  await expect.poll(async () => (await shown(page)).counts.paused ?? 0).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.locator("article .chip.stopped").waitFor();
  const before = await shown(page);
  expect(before.counts.cancelled).toBeGreaterThan(0);
  for (const status of ["running", "paused", "finished"]) expect(before.counts[status] ?? 0).toBe(0);
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await letItEnd(page);
  await page.locator("article .chip.finished").waitFor();
  const after = await shown(page);
  expect(after.counts).toEqual({ finished: 4 });
  for (const { key, run } of before.entries)
    if (run) expect(after.entries.find((entry) => entry.key === key)?.run).toBe(run);
  await go(page, "Runs");
  await expect.poll(() => rows(page).count()).toBe(4);
  expect(complaints).toEqual([]);
});

it("tunes: trials chosen by validation accuracy, the best first", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await openDocument(page, {
    name: "which rate",
    compose: { dataset: "digits", preset: "fast", hidden: [12], training: { epochs: 2 } },
    vary: {
      kind: "random",
      samples: 4,
      draw_seed: 0,
      fields: { "training.learning_rate": { low: 0.0001, high: 0.02, scale: "log" } },
    },
    seeds: [0],
  });
  await page.getByRole("button", { name: "Tune: 4 trials" }).click();
  await page.locator("article .chip.finished").waitFor();
  const board = page.getByRole("tabpanel", { name: "Board" }).locator("tbody tr");
  await expect.poll(() => board.count()).toBe(4);
  const { trials } = await shown(page);
  const accuracies = (trials ?? [])
    .filter(({ state }) => state === "complete")
    .map((one) => one.validation_accuracy ?? 0);
  expect(accuracies.length).toBeGreaterThanOrEqual(1);
  expect([...accuracies].sort((a, b) => b - a)).toEqual(accuracies);
  await board
    .first()
    .getByRole("button", { name: /^Open trial/ })
    .click();
  await expect.poll(() => page.url()).toContain(trials?.[0].run ?? "none");
  expect(complaints).toEqual([]);
});

it("takes a run home as one file and brings it back", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await go(page, "Runs");
  const chosen = rows(page).first().locator(".name");
  const name = ((await chosen.textContent()) ?? "").trim();
  await chosen.click();
  const details = page.getByRole("complementary", { name: "Details of the run" });
  const total = await rows(page).count();
  const figures = await rows(page).first().textContent();
  await details.getByText("Export", { exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Whole run, one file" }).click(),
  ]);
  const file = {
    name: download.suggestedFilename(),
    mimeType: "application/zip",
    buffer: await readFile(await download.path()),
  };
  await page.keyboard.press("Escape");
  await details.getByRole("button", { name: "Delete", exact: true }).click();
  await expect.poll(() => rows(page).count()).toBe(total - 1);
  // As on a machine that never had it: what lies in the trash is to be restored, not imported.
  expect((await page.request.delete(new URL("api/trash", app.url).href)).status()).toBe(204);
  await page
    .locator("main.cover")
    .getByRole("region", { name: "Runs", exact: true })
    .locator("input[type=file]")
    .setInputFiles(file);
  await expect.poll(() => rows(page).count()).toBe(total);
  const back = rows(page).filter({ hasText: name }).first();
  await back.waitFor();
  expect((await back.textContent())?.match(/\d+\.\d+\s?%/)?.[0]).toBe(figures?.match(/\d+\.\d+\s?%/)?.[0]);
  expect(complaints).toEqual([]);
});
