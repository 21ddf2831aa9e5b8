/** The plane of two inputs: drawn anew while a run trains, and right to the pixel afterwards. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";

const app = application();

const plot = (page: Page) => page.getByRole("application", { name: /^The plane of the two inputs/ });
const section = (page: Page) => page.getByRole("region", { name: "Decision boundary" });

/** The colour in the middle of each cell of the picture. */
const colours = (page: Page, side: number) =>
  plot(page).evaluate((element, cells) => {
    const canvas = element as HTMLCanvasElement;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: cells * cells }, (_, cell) => {
      const x = Math.floor((((cell % cells) + 0.5) / cells) * canvas.width);
      const y = Math.floor(((Math.floor(cell / cells) + 0.5) / cells) * canvas.height);
      return [...data.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 3)];
    });
  }, side);

const bytesOf = (text: string) => [...Buffer.from(text, "base64")];

it("draws the plane anew while the run trains, then every cell as it is decided, in both themes, and walks by keys", async () => {
  const { page, complaints } = await app.open();
  await page.getByRole("radio", { name: /^Moons/ }).check();
  await page.getByLabel("All layers in one line").fill("24");
  await page.getByLabel("All layers in one line").press("Enter");
  await page.getByLabel("Epochs").fill("12");
  await page.getByLabel("Pace").selectOption("slow");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const updates = new Set<string>();
  const pictures = new Set<string>();
  await expect
    .poll(
      async () => {
        const words = (await section(page).textContent()) ?? "";
        const update = /\(update ([\d,\s]+)\)/.exec(words)?.[1];
        if (update && !updates.has(update)) {
          updates.add(update);
          pictures.add(String(await colours(page, 64)));
        }
        return Math.min(updates.size, pictures.size);
      },
      { interval: 200 },
    )
    .toBeGreaterThanOrEqual(3);
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  await section(page).getByText("(the trained network)").waitFor();
  const { runs } = (await (await page.request.get(new URL("api/runs", app.url).href)).json()) as {
    runs: { id: string }[];
  };
  const answer = await page.request.get(new URL(`api/runs/${runs[0].id}/plane`, app.url).href);
  const told = (await answer.json()) as { side: number; decisions: string; strengths: string };
  const [decisions, strengths] = [bytesOf(told.decisions), bytesOf(told.strengths)];
  await section(page).getByRole("checkbox", { name: "samples" }).uncheck();
  const sure = strengths.map((_, cell) => cell).filter((cell) => strengths[cell] > 150);
  const both = [0, 1].map((label) => sure.filter((cell) => decisions[cell] === label));
  expect(Math.min(both[0].length, both[1].length)).toBeGreaterThan(300);
  /** The first class is blue, the second orange, as soon as the picture is drawn. */
  const check = async () => {
    const wrong = async () => {
      const seen = await colours(page, told.side);
      return [
        both[0].filter((cell) => seen[cell][2] <= seen[cell][0]),
        both[1].filter((cell) => seen[cell][0] <= seen[cell][2]),
      ];
    };
    await expect.poll(wrong).toEqual([[], []]);
    return colours(page, told.side);
  };
  const dark = await check();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("d");
  await expect.poll(async () => String((await colours(page, told.side))[0])).not.toBe(String(dark[0]));
  await check();
  const bare = String(await colours(page, told.side));
  await section(page).getByRole("checkbox", { name: "samples" }).check();
  await expect.poll(async () => String(await colours(page, told.side))).not.toBe(bare);
  await plot(page).focus();
  await page.keyboard.press("ArrowRight");
  await section(page)
    .getByText(/^0\.5\d, 0\.4\d: /)
    .waitFor();
  await section(page).getByText("As a table").click();
  expect(
    await section(page)
      .getByRole("row", { name: /^upper .* of 500/ })
      .count(),
  ).toBe(1);
  expect(complaints).toEqual([]);
});
