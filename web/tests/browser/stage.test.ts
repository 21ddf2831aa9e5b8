/** What the stage and the design do beyond a single training: replay, comparison, charts, bulk edits, all by a person's hands. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { application } from "./application";
import { still, type Opened } from "./chromium";

let run = "";
const app = application(async () => {
  const { page } = await app.open("", 1400, 900);
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("All layers in one line").fill("20");
  await page.keyboard.press("Enter");
  await page.getByLabel("Time steps").fill("5");
  await page.getByLabel("Epochs").fill("3");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  run = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("run") ?? "";
  await page.context().close();
});

/** Opens the trained run beside its charts. */
async function trained(): Promise<Opened> {
  const opened = await app.open(`#run=${run}&tab=training`, 1400, 900);
  await opened.page.locator(".solid", { hasText: "rate 0." }).waitFor();
  return opened;
}

it("replays moments with their figures, plays them like a film, and shows how two of them differ", async () => {
  const { page, complaints } = await trained();
  const slider = page.getByLabel("Recorded weights");
  await slider.press("Home");
  await page.getByText("replay at update 0").waitFor();
  expect(await page.locator(".replay output").textContent()).toContain("before training");
  await slider.press("ArrowRight");
  await expect.poll(() => page.locator(".replay output").textContent()).toMatch(/update 1 · epoch 1.*loss \d/);
  const early = await still(page.locator(".solid canvas"));
  await page.getByRole("button", { name: "Compare with this" }).click();
  await page.getByText("changes from update 1 to 1").waitFor();
  await slider.press("End");
  await page.getByText(/^changes from update 1 to [1-9]\d+/).waitFor();
  expect(await page.locator("figure", { hasText: "change" }).count()).toBe(1);
  const changes = await still(page.locator(".solid canvas"));
  expect(changes.equals(early)).toBe(false);
  await page.getByRole("button", { name: /^Compared with/ }).click();
  await page.getByText(/^replay at update/).waitFor();
  await slider.press("Home");
  await page.getByRole("button", { name: "Three times as fast" }).click();
  await page.getByRole("button", { name: "Play how the weights grew" }).click();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/epoch 3/);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("keeps a chart's reading where keys put it while values come", async () => {
  const { page, complaints } = await app.open("", 1400, 900);
  await page.getByRole("radio", { name: /^Digits/ }).check();
  // At this pace there are values to come for ten minutes.
  await page.getByLabel("Epochs").fill("1000");
  await page.getByLabel("Pace").selectOption("slow");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const plot = page.getByRole("slider", { name: /^Loss/ });
  const last = async () => Number(await plot.getAttribute("aria-valuemax"));
  await expect.poll(last).toBeGreaterThan(8);
  await plot.press("Home");
  await plot.press("ArrowRight");
  const read = await plot.getAttribute("aria-valuenow");
  const before = await last();
  await expect.poll(last).toBeGreaterThan(2 * before);
  expect(await plot.getAttribute("aria-valuenow")).toBe(read);
  // The pointer takes it elsewhere.
  await plot.hover();
  await expect.poll(() => plot.getAttribute("aria-valuenow")).not.toBe(read);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator(".run .what", { hasText: /Stopped/ }).waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("reads, zooms and saves a chart by keyboard and menu", async () => {
  const { page, complaints } = await trained();
  const plot = page.getByRole("slider", { name: /^Accuracy/ });
  await plot.focus();
  const after = async (key: string, attribute: string) => {
    await plot.press(key);
    return plot.getAttribute(attribute);
  };
  await expect.poll(() => after("Home", "aria-valuetext")).toMatch(/^update \d+ · epoch 1, training \d/);
  const first = await plot.getAttribute("aria-valuenow");
  await expect.poll(() => after("ArrowRight", "aria-valuenow")).not.toBe(first);
  const whole = await plot.screenshot();
  for (let time = 0; time < 4; time += 1) await plot.press("+");
  expect((await plot.screenshot()).equals(whole)).toBe(false);
  await plot.press("Escape");

  const menu = page.locator("summary[aria-label='Save Loss']");
  const save = async (name: string) => {
    await menu.click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("figure details[open]").getByText(name).click(),
    ]);
    return readFile(await download.path());
  };
  const values = (await save("Values, CSV")).toString("utf8").trim().split("\n");
  expect(values[0]).toBe("update,training,validation");
  expect(values.length).toBeGreaterThan(50);
  const png = await save("Picture, PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.readUInt32BE(16)).toBeGreaterThan(600);
  const svg = (await save("Figure, SVG")).toString("utf8");
  expect(svg).toContain("<svg");
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("marks in the view what is pointed at in the matrix, and in the matrix what is in focus in the view", async () => {
  const { page, complaints } = await trained();
  await page.keyboard.press("b");
  const layer = page.getByLabel("Layer", { exact: true });
  const [solid, matrix] = [page.locator(".solid canvas"), page.locator(".flat canvas")];
  await page.getByRole("button", { name: "as pictures" }).click();
  await page.mouse.move(0, 0);
  const calm = { solid: await still(solid), matrix: await still(matrix) };
  const box = await matrix.boundingBox();
  if (!box) throw new Error("The matrix is not on the page.");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".hover", { hasText: /^Input row \d, column \d → Hidden 1 neuron \d+, [+−]/ }).waitFor();
  await expect.poll(async () => (await solid.screenshot()).equals(calm.solid)).toBe(false);
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await solid.screenshot()).equals(calm.solid)).toBe(true);

  await solid.focus();
  for (const key of ["n", "n", "n"]) await page.keyboard.press(key);
  await page.locator(".hover", { hasText: "Hidden 1, neuron 2" }).waitFor();
  await expect.poll(async () => (await matrix.screenshot()).equals(calm.matrix)).toBe(false);
  await page.keyboard.press("PageDown");
  await page.locator(".hover", { hasText: "Output, neuron 2" }).waitFor();
  expect(await layer.inputValue()).toBe("0");
  await page.keyboard.press("Enter"); // pinned: its weights in are another matrix
  await expect.poll(() => layer.inputValue()).toBe("1");

  await matrix.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.locator(".hover", { hasText: /^Hidden 1 neuron 1 → Output neuron 1, [+−]/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("article", { name: "Output 1" }).locator(".bias").waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("designs many layers at once, by keyboard alone", async () => {
  const { page, complaints } = await app.open("", 1400, 900);
  const title = page.locator(".tabs .title").first();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByText("Many layers at once").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "in place of all" }).press("Enter");
  await page.getByLabel("Number of layers").fill("4");
  await page.getByLabel("Neurons in each").fill("25");
  await page.keyboard.press("Enter");
  await expect.poll(() => title.textContent()).toBe("64-25-25-25-25-10");
  await page.getByRole("button", { name: /^Choose layers/ }).press("Enter");
  await page.getByRole("button", { name: "All hidden" }).press("Enter");
  await page.locator("#chosen-kind").selectOption("synaptic");
  await page.getByRole("button", { name: "Done" }).press("Enter");
  await expect.poll(() => page.getByLabel("Hidden 4: neuron").inputValue()).toBe("synaptic");
  expect(await page.getByLabel("Output: neuron").inputValue()).toBe("leaky");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.getByLabel("Hidden 1: neuron").inputValue()).toBe("leaky");
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("records what the view shows as a clip", async () => {
  const { page, complaints } = await app.open("", 1400, 900);
  await page.locator(".solid", { hasText: "Output" }).waitFor();
  const button = page.getByRole("button", { name: "Record a clip" });
  await button.click();
  expect(await button.getAttribute("aria-pressed")).toBe("true");
  await page.locator(".solid canvas").focus();
  for (let turn = 0; turn < 8; turn += 1) {
    await page.keyboard.press("ArrowRight");
    await page.waitForTimeout(100);
  }
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const clip = await readFile(await download.path());
  expect(clip.subarray(0, 4).toString("hex")).toBe("1a45dfa3"); // the head of every WebM file
  expect(clip.length).toBeGreaterThan(5000);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("draws again after the graphics card was lost", async () => {
  const { page } = await app.open("", 1100, 760);
  await page.locator(".solid", { hasText: "Output" }).waitFor();
  const canvas = page.locator(".solid canvas");
  const before = await still(canvas);
  const wasLost = await canvas.evaluate(async (element) => {
    const context = (element as HTMLCanvasElement).getContext("webgl2");
    const lost = context?.getExtension("WEBGL_lose_context");
    const told = new Promise((done) => {
      element.addEventListener("webglcontextlost", () => setTimeout(done), { once: true });
    });
    lost?.loseContext();
    await told;
    const gone = context?.isContextLost();
    lost?.restoreContext();
    return gone;
  });
  expect(wasLost).toBe(true);
  await expect
    .poll(async () => Math.abs((await canvas.screenshot()).length - before.length) / before.length)
    .toBeLessThan(0.05);
  await page.context().close();
});

it("opens each tab at its top, also where the last one was read to its end", async () => {
  const { page, complaints } = await trained();
  const panel = page.getByRole("tabpanel");
  const top = () => panel.evaluate((element) => element.scrollTop);
  await page.getByRole("tab", { name: "Results" }).click();
  await page.getByRole("button", { name: "Show the circuit" }).waitFor();
  await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  expect(await top()).toBeGreaterThan(100);
  await page.getByRole("tab", { name: "Training" }).click();
  await page.getByRole("slider", { name: /^Accuracy/ }).waitFor();
  expect(await top()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});
