/** Looking inside a network while it still learns: its newest checkpoint plays, and newer ones as they come. */
import { expect, it } from "vitest";
import { application } from "./application";

const app = application();

it("says that there are no weights yet, plays each checkpoint as it comes, and the final weights at last", async () => {
  const { page, complaints } = await app.open();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("All layers in one line").fill("20");
  await page.keyboard.press("Enter");
  await page.getByLabel("Epochs").fill("3");
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
  const stepper = setInterval(() => void page.keyboard.press("s").catch(() => {}), 60);
  try {
    // Nobody asks again: the answer comes by itself with the first epoch's end, and changes with the next.
    await weights.waitFor();
    const first = await updateOf();
    await expect.poll(updateOf).toBeGreaterThan(first);
    await page.getByText("Final weights.").waitFor();
  } finally {
    clearInterval(stepper);
  }
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  // Refusals are answers like any other, but browsers write them to their console: no weights yet, no update left.
  expect(complaints.filter((text) => !/status of (404|409)/.test(text))).toEqual([]);
});
