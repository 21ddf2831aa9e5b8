/** By fingers on a telephone: the view is turned and pinched, a neuron tapped, a digit drawn. */
import type { CDPSession, Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { application } from "./application";
import { still, visit } from "./chromium";

type Place = [x: number, y: number];
let run = "";
const app = application(async () => {
  const { page } = await app.open();
  await page.getByRole("radio", { name: /^Digits/ }).check();
  await page.getByLabel("All layers in one line").fill("20");
  await page.keyboard.press("Enter");
  await page.getByLabel("Epochs").fill("2");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  run = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("run") ?? "";
  await page.context().close();
});

/** A telephone whose fingers are moved through the browser's own protocol, as a touch screen would report them. */
async function telephone(hash: string): Promise<{ page: Page; fingers: Fingers; complaints: string[] }> {
  const context = await app.browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: "reduce",
  });
  const { page, complaints } = await visit(context, app.url + hash);
  return { page, fingers: new Fingers(await context.newCDPSession(page)), complaints };
}

class Fingers {
  constructor(private readonly line: CDPSession) {}

  /** Puts fingers down, leads each along its places, and lifts them. */
  async move(...ways: Place[][]): Promise<void> {
    const at = (step: number) =>
      ways.map((way, id) => ({ id, x: way[step][0], y: way[step][1], radiusX: 4, radiusY: 4, force: 1 }));
    await this.line.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
    for (let step = 1; step < ways[0].length; step += 1) {
      await this.line.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step) });
    }
    await this.line.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }
}

async function within(element: Locator): Promise<(x: number, y: number) => Place> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error("It is not on the page.");
  return (x, y) => [box.x + x * box.width, box.y + y * box.height];
}

/** Places on the straight way from one to the other. */
const between = ([x, y]: Place, [toX, toY]: Place, steps = 12): Place[] =>
  Array.from({ length: steps + 1 }, (_, at) => [x + ((toX - x) * at) / steps, y + ((toY - y) * at) / steps]);

it("a notice that is longer than a telephone shows unfolds at a touch", async () => {
  const context = await app.browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const { page } = await visit(context, "about:blank");
  const error = { code: "internal", message: "Word after word. ".repeat(18), path: "", hint: "The end.", faults: [] };
  const answer = { status: 500, contentType: "application/json", body: JSON.stringify({ error }) };
  await page.route("**/api/templates*", (route) => route.fulfill(answer));
  await page.goto(app.url);
  const words = page.locator(".toast p");
  await words.filter({ hasText: "The end." }).waitFor();
  const cut = () => words.evaluate((node) => node.scrollHeight > node.clientHeight + 1);
  expect(await cut()).toBe(true);
  await page.getByRole("button", { name: "Show all of it" }).tap();
  await expect.poll(cut).toBe(false);
  expect(await page.getByRole("button", { name: "Show all of it" }).count()).toBe(0);
  await context.close();
});

it("a finger turns the view, two of them zoom it, and neither opens a neuron nor scrolls the page", async () => {
  const { page, fingers, complaints } = await telephone(`#run=${run}&tab=results`);
  const canvas = page.locator(".solid canvas");
  await page.locator(".solid", { hasText: "rate 0." }).waitFor();
  const at = await within(canvas);
  const before = await still(canvas);
  await fingers.move(between(at(0.3, 0.5), at(0.7, 0.6)));
  await expect.poll(async () => (await canvas.screenshot()).equals(before)).toBe(false);
  const turned = await still(canvas);
  // One finger rests while the other moves away: still a pinch, and no tap.
  await fingers.move(between(at(0.5, 0.5), at(0.5, 0.5)), between(at(0.55, 0.5), at(0.9, 0.3)));
  await expect.poll(async () => (await canvas.screenshot()).equals(turned)).toBe(false);
  expect(await page.getByRole("tab", { name: "Results" }).getAttribute("aria-selected")).toBe("true");
  expect(await page.evaluate(() => [scrollX, scrollY, document.documentElement.scrollWidth])).toEqual([0, 0, 390]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("a finger draws a digit, which is answered", async () => {
  const { page, fingers, complaints } = await telephone(`#run=${run}&tab=inside`);
  await page.getByRole("button", { name: "Draw one" }).tap();
  const pad = page.getByLabel("Pad to draw on");
  const at = await within(pad);
  const scrolled = () => page.evaluate(() => document.querySelector("#panel")?.scrollTop);
  const before = await scrolled();
  await fingers.move([...between(at(0.25, 0.2), at(0.72, 0.2)), ...between(at(0.72, 0.2), at(0.45, 0.85))]);
  await page.locator(".verdict .class").waitFor();
  await page.getByText("The drawing, as the network gets it").waitFor();
  const inked = await pad.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, place) => place % 4 === 0 && value > 128).length;
  });
  expect(inked).toBeGreaterThan(500);
  expect(await scrolled()).toBe(before);
  expect(complaints).toEqual([]);
  await page.context().close();
});
