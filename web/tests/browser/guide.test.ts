/** The guided tour and the words of the field, as someone new meets them. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";

const app = application();
const card = (page: Page) => page.getByRole("dialog").locator("visible=true");
const title = (page: Page) => page.locator(".driver-popover-title").textContent();
const lit = (page: Page) => page.locator(".driver-active-element").boundingBox();
/** The stop stands; before that, keys turn no page. */
const settled = (page: Page) =>
  page.locator(".driver-active-element:not([aria-expanded])").waitFor({ state: "attached" });

it("shows someone new around: each stop lights a part of the page, and its tab is open", async () => {
  const { page, complaints } = await app.open("", 1400, 900);
  await page.getByRole("button", { name: "New here? Take the tour" }).click();
  await expect.poll(() => title(page)).toBe("Design, train, see");
  const seen: string[] = [];
  for (;;) {
    const now = await title(page);
    seen.push(now ?? "");
    const words = await page.locator(".driver-popover-description").textContent();
    expect(words?.length).toBeGreaterThan(40);
    const box = await card(page).boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 1400 && box.y >= 0 && box.y + box.height <= 900, now!).toBe(true);
    if (seen.length > 1) {
      const light = await lit(page);
      expect(light && light.width > 20 && light.height > 20, now!).toBe(true);
    }
    if (now === "Figures that hold")
      expect(await page.locator("#tab-results").getAttribute("aria-selected")).toBe("true");
    if (now === "That is all") break;
    await settled(page);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => title(page)).not.toBe(now);
  }
  expect(seen.length).toBe(new Set(seen).size);
  await settled(page);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => title(page)).toBe("Many networks");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".driver-popover").count()).toBe(0);
  expect(await page.getByRole("button", { name: "New here? Take the tour" }).count()).toBe(0);
  await page.reload();
  await page.getByRole("button", { name: "Help", exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "New here? Take the tour" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

it("is taken again from the help, on a telephone too, and skipped there", async () => {
  const { page, complaints } = await app.open("", 360, 740);
  await page.keyboard.press("?");
  await page.getByRole("button", { name: "Take the tour" }).click();
  await expect.poll(() => title(page)).toBe("Design, train, see");
  for (let stop = 0; stop < 4; stop += 1) {
    const now = await title(page);
    await page.getByRole("button", { name: "Next" }).click();
    await expect.poll(() => title(page)).not.toBe(now);
    const box = await card(page).boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 360, now!).toBe(true);
  }
  await page.locator(".driver-popover-close-btn").click();
  await expect.poll(() => page.locator(".driver-popover").count()).toBe(0);
  expect(complaints).toEqual([]);
});

it("explains the words of the field, and finds one", async () => {
  const { page, complaints } = await app.open();
  await page.getByRole("button", { name: "Help", exact: true }).click();
  await page.getByRole("button", { name: "Words of the field" }).click();
  await page.getByPlaceholder("Search …").fill("camera");
  await expect.poll(() => page.locator("dialog dt").allTextContents()).toEqual(["Exposure"]);
  expect(complaints).toEqual([]);
});
