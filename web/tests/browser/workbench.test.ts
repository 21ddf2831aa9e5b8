/** The whole page against the real server in a real browser. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { application } from "./application";
import { open } from "./chromium";
import { strayed } from "./pages";

const app = application();

const title = (page: Page) => page.locator(".tabs .title").first();
const quick = (page: Page) => page.getByLabel("All layers in one line");
const primary = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** A small network on the digits, so that a training takes seconds. */
async function designSmall(page: Page, hidden = "20"): Promise<void> {
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await quick(page).fill(hidden);
  await quick(page).press("Enter");
  await page.getByLabel("Time steps").fill("5");
}

async function finished(page: Page): Promise<void> {
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
}

/** How many pixels of a canvas differ from its corner. */
const inked = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext("2d") as CanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] > 120) count += 1;
    return count;
  });

/** Pairs of parts that lie over one another. */
const covering = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((parts) => {
    const boxes = parts.map((part) => ({ name: part.outerHTML.slice(0, 60), box: part.getBoundingClientRect() }));
    return boxes.flatMap((one, at) =>
      boxes.slice(at + 1).flatMap(({ name, box }) => {
        const beside = one.box.left < box.right - 1 && box.left < one.box.right - 1;
        const over = one.box.top < box.bottom - 1 && box.top < one.box.bottom - 1;
        return beside && over ? [`${one.name} and ${name}`] : [];
      }),
    );
  });

describe("designing", () => {
  it("is seen at once, undone, redone, kept in the address and after a reload", async () => {
    const { page, complaints } = await app.open();
    await designSmall(page, "30-20");
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-10");
    await page.getByRole("button", { name: "Add layer" }).click();
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-20-10");
    await page.keyboard.press("Control+z");
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-10");
    await page.keyboard.press("Control+Shift+z");
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-20-10");
    await page.reload();
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-20-10");
    await expect.poll(() => page.url()).toContain(await page.evaluate(() => sessionStorage["snntrainer3d.design"]));
    const link = page.url();
    const other = await open(app.browser, link);
    await expect.poll(() => title(other.page).textContent()).toBe("64-30-20-20-10");
    expect([...complaints, ...other.complaints]).toEqual([]);
  });

  it("is reordered by dragging a layer's grip", async () => {
    const { page } = await app.open();
    await designSmall(page, "40-30-20");
    const from = await page.getByLabel(/^Move Hidden 1/).boundingBox();
    const to = await page.getByLabel(/^Move Hidden 3/).boundingBox();
    if (!from || !to) throw new Error("the grips are not on the page");
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(to.x + 8, to.y + 8, { steps: 12 });
    await page.mouse.up();
    await expect.poll(() => title(page).textContent()).toBe("64-30-20-40-10");
    await page.keyboard.press("Control+z");
    await expect.poll(() => title(page).textContent()).toBe("64-40-30-20-10");
  });

  it("is told its faults at the field, in the server's words, and never starts with them", async () => {
    const { page, complaints } = await app.open();
    await designSmall(page);
    const wide = (await quick(page).boundingBox())?.width ?? 0;
    await quick(page).fill("0");
    await quick(page).press("Enter");
    await page.locator(".quick .fault").waitFor();
    // The button beside it takes its part; a fault, however short, takes none.
    expect((await quick(page).boundingBox())?.width).toBeGreaterThan(0.6 * wide);
    await quick(page).fill("20");
    await quick(page).press("Enter");
    await page.getByLabel("Epochs").fill("0");
    await page.locator("#field-training-epochs[aria-invalid=true]").waitFor();
    const words = await page.locator(".field", { has: page.locator("#field-training-epochs") }).locator(".fault");
    expect(await words.textContent()).toContain("got 0");
    await primary(page, "Train").click();
    await page.locator(".toast.error").waitFor();
    expect(await page.locator(".run .what").count()).toBe(0);
    await page.getByLabel("Epochs").fill("1");
    await page.locator("#field-training-epochs[aria-invalid=false]").waitFor();
    await expect.poll(() => page.locator(".toast.error").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe("training", () => {
  it("is watched live, judged, found again after a reload, taken home and brought back", async () => {
    const { page, complaints } = await app.open();
    await designSmall(page);
    await page.getByLabel("Epochs").fill("3");
    await primary(page, "Train").click();
    await page.getByText(/^weights at update \d+/).waitFor();
    await finished(page);
    await page.getByRole("tab", { name: "Results" }).click();
    const accuracy = await page.locator(".big").textContent();
    expect(accuracy).toMatch(/^\d+\.\d\d %$/);
    expect(await page.locator("[data-cell]").count()).toBe(100);
    await page.reload();
    await finished(page);
    await expect.poll(() => page.locator(".big").textContent()).toBe(accuracy);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "JSON", exact: true }).click(),
    ]);
    const file = await download.path();
    expect(JSON.parse(await readFile(file, "utf8"))).toBeTruthy();
    await page.getByRole("tab", { name: /Runs/ }).click();
    await page.getByLabel("Weights file").setInputFiles({
      name: "brought back.json",
      mimeType: "application/json",
      buffer: await readFile(file),
    });
    await page.locator(".run .title", { hasText: "brought back" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("replays how the weights grew", async () => {
    const { page, complaints } = await app.open();
    await page.getByRole("tab", { name: /Runs/ }).click();
    await page.locator("li .name", { hasText: "digits" }).last().click();
    const slider = page.getByLabel("Recorded weights");
    await slider.waitFor();
    await slider.press("Home");
    await page.getByText(/^replay at update \d+/).waitFor();
    await page.getByRole("button", { name: "Newest" }).click();
    await page.getByText(/^weights at update \d+/).waitFor();
    expect(complaints).toEqual([]);
  });

  it("is paused while it loads and while it trains, goes on, stops, and is resumed, also after a reload", async () => {
    const { page, complaints } = await app.open();
    await designSmall(page);
    await page.getByLabel("Epochs").fill("1000");
    await page.getByLabel("Batch size").fill("500");
    await page.getByLabel("Pace").selectOption("slow");
    await primary(page, "Train").click();
    await primary(page, "Pause").click();
    await primary(page, "Resume").click();
    // The view is not left at the weights of before the pause.
    await page.getByText(/^weights at update [1-9]/).waitFor();
    await primary(page, "Pause").click();
    await primary(page, "Resume").waitFor();
    await page.reload();
    const second = await open(app.browser, app.url);
    await second.page.getByRole("button", { name: "Follow it" }).first().waitFor();
    await second.page.context().close();
    await primary(page, "Resume").click();
    await page
      .locator("dt", { hasText: "Epoch" })
      .locator("+ dd", { hasText: /^([2-9]|\d\d+) \// })
      .waitFor();
    await primary(page, "Stop").click();
    await page.locator(".run .what", { hasText: "Stopped" }).waitFor();
    await primary(page, "Resume").click();
    await page.locator(".run .what", { hasText: "Training" }).waitFor();
    await primary(page, "Stop").click();
    await page.locator(".run .what", { hasText: "Stopped" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("goes update by update, stops on request, and is renamed and deleted in the list", async () => {
    const { page, complaints } = await app.open();
    await designSmall(page);
    await page.getByLabel("Epochs").fill("50");
    await page.getByLabel("Pace").selectOption("update");
    await primary(page, "Train").click();
    const step = primary(page, "Step");
    await step.waitFor();
    const update = page.locator("dt", { hasText: "Update" }).locator("+ dd");
    await expect.poll(() => update.textContent()).toMatch(/^\d+ \/ [1-9]/);
    const before = Number.parseInt((await update.textContent()) ?? "0", 10);
    await step.click();
    await expect.poll(async () => Number.parseInt((await update.textContent()) ?? "0", 10)).toBeGreaterThan(before);
    await primary(page, "Stop").click();
    await page.locator(".run .what", { hasText: "Stopped" }).waitFor();
    await page.getByRole("tab", { name: /Runs/ }).click();
    const rows = page.locator("#panel li");
    await rows.first().waitFor();
    const count = await rows.count();
    await page
      .getByRole("button", { name: /^Rename/ })
      .first()
      .click();
    await page.getByLabel("New name").fill("stopped early");
    await page.keyboard.press("Enter");
    await rows.locator(".name", { hasText: "stopped early" }).waitFor();
    await page.getByRole("button", { name: "Delete stopped early" }).click();
    await expect.poll(() => rows.count()).toBe(count - 1);
    await page.getByRole("button", { name: "Undo", exact: true }).last().click();
    await rows.locator(".name", { hasText: "stopped early" }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("when something is missing", () => {
  it("shows matrices and says why where there is no WebGL2", async () => {
    const context = await app.browser.newContext({ viewport: { width: 1100, height: 760 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.startsWith("webgl") ? null : (real as (...all: unknown[]) => unknown).call(this, kind, ...rest);
      } as typeof real;
    });
    await page.goto(app.url);
    await page.getByText(/no WebGL2/).waitFor();
    await expect.poll(() => inked(page, ".flat canvas")).toBeGreaterThan(1000);
    for (const [width, height] of [
      [1280, 800],
      [1024, 768],
      [390, 844],
    ]) {
      await page.setViewportSize({ width, height });
      const parts = ".canvas :is(.note, .chip, select, .pick button, figure, .flat canvas)";
      await expect.poll(() => covering(page, parts)).toEqual([]);
    }
    await context.close();
  });

  it("says that the server is gone, and catches up when it is back", async () => {
    const { page } = await app.open();
    await page.locator(".line.open").waitFor();
    await app.server.kill();
    await page.getByText("Connection lost.").waitFor();
    await app.server.again();
    await page
      .getByRole("button", { name: "Try now" })
      .click({ timeout: 5000 })
      .catch(() => {});
    await page.locator(".line.open").waitFor();
    await expect.poll(() => page.getByText("Connection lost.").count()).toBe(0);
  });

  it("fits a telephone without sideways scrolling, and everything can be reached", async () => {
    const { page, complaints } = await app.open("", 360, 740);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    for (const tab of ["Design", "Training", "Results", "Runs"]) {
      await page.getByRole("tab", { name: new RegExp(tab) }).click();
      expect(await page.evaluate(() => document.querySelector("#panel")?.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await strayed(page)).toEqual([]);
    }
    expect(await primary(page, "Train").isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("is worked by keyboard alone", async () => {
    const { page } = await app.open();
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("Epochs").focus();
    const before = Number(await page.getByLabel("Epochs").inputValue());
    await page.keyboard.press("ArrowUp");
    expect(Number(await page.getByLabel("Epochs").inputValue())).toBe(before + 1);
    await page.getByRole("tab", { name: "Training" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: "Results" }).getAttribute("aria-selected")).toBe("true");
  });
});
