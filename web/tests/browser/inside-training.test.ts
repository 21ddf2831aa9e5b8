/** Looking inside a network while it still learns: its newest checkpoint plays, and newer ones as they come. */
import { expect, it } from "vitest";
import { application } from "./application";

const app = application();

it("says that there are no weights yet, plays each checkpoint as it comes, and the final weights at last", async () => {
  const { page, complaints } = await app.open();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("All layers in one line").fill("20");
  await page.keyboard.press("Enter");
  await page.getByLabel("Epochs").fill("12");
  await page.getByLabel("Batch size").fill("300");
  await page.getByLabel("Time steps").fill("5");
  await page.getByLabel("Pace").selectOption("update");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Training" }).waitFor();
  await page.getByRole("tab", { name: "Inside" }).click();
  await page.getByRole("button", { name: /^Sample 2:/ }).click();
  await page.getByText(/has no weights yet/).waitFor();
  const weights = page.getByText(/Weights of the checkpoint at update (\d+)/);
  const updateOf = async () => Number(/update ([\d,]+)/.exec((await weights.textContent())!)![1].replace(",", ""));
  const step = async (seen: () => Promise<boolean>, wait: number) => {
    while (!(await seen())) {
      await page.keyboard.press("s");
      await page.waitForTimeout(wait);
    }
  };
  // Nobody asks again: the answer comes by itself with an epoch's end, and changes with a later one. The updates go on
  // by single steps, so slowly that a busy page sees one of the twelve epochs' ends and another one after it.
  await step(() => weights.isVisible(), 300);
  const first = await updateOf();
  await step(async () => (await updateOf()) > first, 300);
  await step(() => page.getByText("Final weights.").isVisible(), 20);
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  // Refusals are answers like any other, but browsers write them to their console: no weights yet, no update left.
  expect(complaints.filter((text) => !/status of (404|409)/.test(text))).toEqual([]);
});
