/** Many runs on the page: a study to its end, its table, its runs compared, and one deleted and brought back. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { application } from "./application";
import { go, rows, strayed } from "./pages";

const app = application();

it("runs a small study to its end and shows its table", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await go(page, "Studies");
  // The workbench lies under it, with fields of the same names.
  const cover = page.locator("main.cover");
  await page.getByRole("button", { name: "New study" }).first().click();
  await cover.getByLabel("Name", { exact: true }).fill("small");
  await cover.getByLabel("a recipe").check();
  await cover.getByLabel("Data set").selectOption("digits");
  await cover.getByLabel("Field that varies").selectOption("hidden");
  await cover.getByLabel("Values of Hidden layers").fill("eight");
  await page.locator(".varied .fault", { hasText: "write sizes" }).waitFor();
  await cover.getByLabel("Values of Hidden layers").fill("6, 12");
  await cover.getByRole("textbox", { name: /^Seeds/ }).fill("0, 1");
  await page
    .getByText(/4 runs/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Start 4 runs" }).click();
  await page.locator("article .chip.finished").waitFor();
  await expect.poll(() => page.getByRole("heading", { name: "Leaders" }).count()).toBe(1);
  await page.getByRole("tab", { name: /Tables/ }).click();
  const table = page.getByRole("tabpanel", { name: "Tables" }).locator("table").first();
  await table.waitFor();
  expect(await table.locator("tbody tr").count()).toBeGreaterThanOrEqual(2);
  const [head, row] = await Promise.all(
    [table.locator("thead tr"), table.locator("tbody tr").first()].map((one) => one.boundingBox()),
  );
  expect(row?.y, "rows lie below their heads").toBeGreaterThanOrEqual((head?.y ?? 0) + (head?.height ?? 0) - 1);
  expect(await table.textContent()).toMatch(/\d\d?\.\d/);
  const report = await page.getByRole("link", { name: "Report" }).getAttribute("href");
  const answer = await page.request.get(new URL(report ?? "", app.url).href);
  expect([answer.status(), await answer.text()]).toEqual([200, expect.stringContaining("small")]);
  expect(complaints).toEqual([]);
});

it("compares three of its runs: curves, statistics, and the difference of confusions", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await go(page, "Runs");
  await rows(page).nth(2).waitFor();
  const first = rows(page).first();
  const place = async () => (await first.boundingBox())?.y;
  const still = await place();
  for (const at of [0, 1, 2]) await rows(page).nth(at).getByRole("checkbox").check();
  expect(await place(), "rows stay under the pointer that chooses them").toBe(still);
  await first.locator(".name").click();
  await page.getByLabel("Details of the run").waitFor();
  expect(await place(), "and that opens one").toBe(still);
  await page.getByRole("toolbar").getByRole("button", { name: "Compare" }).click();
  await expect.poll(() => page.url()).toMatch(/page=compare&runs=[^,&]+,[^,&]+,[^,&]+/);

  const loss = page.locator("#compare-curves canvas").first();
  await loss.waitFor();
  await expect.poll(() => page.locator("#compare-curves output").first().textContent()).toMatch(/\d/);
  await page.getByText("In words").first().waitFor();
  expect(await page.locator("#compare-statistics .said").first().textContent()).toMatch(/right on|alone|chance/);
  const refusal = page.locator("#compare-statistics .chip.refused");
  expect(await refusal.count()).toBeGreaterThanOrEqual(1);
  const cells = page.locator("#compare-confusions figure").nth(2).locator("[data-cell]");
  expect(await cells.count()).toBe(100);
  for (const part of await page
    .getByRole("navigation", { name: "Parts of the comparison" })
    .getByRole("button")
    .all()) {
    await part.click();
    const section = await page.locator("main.cover section:focus").boundingBox();
    const head = await page.locator("main.cover header").boundingBox();
    expect(section?.y, "a part begins below what stays above it").toBeGreaterThanOrEqual(
      (head?.y ?? 0) + (head?.height ?? 0),
    );
    expect(await page.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0);
  }
  expect(await strayed(page)).toEqual([]);
  const [a, b, difference] = await Promise.all(
    [0, 1, 2].map((at) =>
      page.locator("#compare-confusions figure").nth(at).locator("[data-cell='0-0']").textContent(),
    ),
  );
  expect(Number(difference?.replace("−", "-"))).toBe(Number(a) - Number(b));
  await page.locator("#compare-metrics", { hasText: "Synaptic operations" }).waitFor();
  const energy = page.locator("#compare-metrics tr", { hasText: "Synapses" }).locator("td").first();
  const before = Number(await energy.textContent());
  await page.locator("#compare-metrics").getByLabel("addition").fill("1.8");
  await expect.poll(async () => Number(await energy.textContent()) / before).toBeCloseTo(2, 1);
  expect(complaints).toEqual([]);
});

it("lays the curves of another run over those of the open one, and takes them home together", async () => {
  const { page, complaints } = await app.open("", 1400, 900);
  await page.getByRole("tab", { name: /^Runs/ }).click();
  await page.locator("#panel li .name").first().click();
  await page.getByRole("tab", { name: "Training" }).click();
  const keys = page.locator("figure.chart", { hasText: "Accuracy" }).locator("button.key");
  await keys.first().waitFor();
  const own = await keys.count();
  await page.getByText("Lay another run over").click();
  const other = page.locator(".picker li button").first();
  const name = (await other.locator("span").first().textContent()) ?? "";
  await other.click();
  await expect.poll(() => keys.count()).toBeGreaterThan(own);
  await keys.filter({ hasText: name }).first().locator("output", { hasText: /\d/ }).waitFor();
  await page.locator("summary[aria-label='Save Accuracy']").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("figure details[open]").getByText("Values, CSV").click(),
  ]);
  const [head, ...lines] = (await readFile(await download.path(), "utf8")).trim().split("\n");
  expect(head.split(",").length).toBe(1 + (await keys.count()));
  expect(head).toContain(name.slice(0, 5));
  expect(lines.some((line) => line.split(",").filter(Boolean).length > 2)).toBe(true);
  await page.getByRole("button", { name: `Take ${name} off the charts` }).click();
  await expect.poll(() => keys.count()).toBe(own);
  expect(complaints).toEqual([]);
});

it("tells what the runs take on the disk, and keeps a quota", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await go(page, "Runs");
  await rows(page).nth(3).waitFor();
  await page.locator("#runs-found", { hasText: /B on the disk/ }).waitFor();
  await page.getByRole("button", { name: "Disk" }).click();
  const dialog = page.getByRole("dialog", { name: "Disk" });
  await dialog.locator("tbody tr").nth(3).waitFor();
  const sizes = await dialog.locator("tbody tr td:nth-child(2)").allTextContents();
  expect(sizes.every((size) => /^[\d.]+ [kM]B$/.test(size))).toBe(true);
  await dialog.getByLabel("Quota", { exact: true }).check();
  await dialog.getByLabel("Quota in GB").fill("0.5");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await dialog.getByRole("meter").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.locator("#runs-found", { hasText: "of 500 MB on the disk" }).waitFor();
  expect(complaints).toEqual([]);
});

it("finds, tags, deletes and brings back a run", async () => {
  const { page, complaints } = await app.open("", 1280, 860);
  await go(page, "Runs");
  await rows(page).nth(3).waitFor();
  await page.locator("#runs-search").fill("size=12 training.learning_rate>0");
  await expect.poll(() => rows(page).count()).toBe(2);
  await page.locator("#runs-search").fill("size=12 training.lerning_rate>0");
  await page.getByRole("alert").filter({ hasText: "lerning_rate" }).waitFor();
  await page.locator("#runs-search").fill("");
  await rows(page).first().locator(".name").click();
  const details = page.getByRole("complementary", { name: "Details of the run" });
  await details.locator("pre", { hasText: "snntrainer3d" }).first().waitFor();
  const [wide, shown] = await details.evaluate((pane) => [pane.scrollWidth, pane.clientWidth]);
  expect(wide, "everything of the run lies within its pane").toBeLessThanOrEqual(shown);
  const wider = details.locator("section, header, dl, pre");
  const past = await wider.evaluateAll((parts) => {
    const edge = parts[0].closest("aside")!.getBoundingClientRect().right;
    return parts.filter((part) => part.getBoundingClientRect().right > edge).map((part) => part.tagName);
  });
  expect(past).toEqual([]);
  await details.getByLabel("Add a tag").fill("kept");
  await details.getByLabel("Add a tag").press("Enter");
  await rows(page).first().locator(".tag", { hasText: "kept" }).waitFor();
  await details.getByRole("button", { name: "Delete" }).click();
  await expect.poll(() => rows(page).count()).toBe(3);
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect.poll(() => rows(page).count()).toBe(4);
  await rows(page).locator(".tag", { hasText: "kept" }).waitFor();
  // The refused condition is told by the browser too.
  expect(complaints.filter((words) => !words.includes("422"))).toEqual([]);
});
