/** `View` in a notebook: the script and the values that Python sends, in a page that stands for the notebook's. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { complaintsOf, launch } from "./chromium";
import { PYTHON, ROOT } from "./server";

/** Makes the view of 2-2-2 with all weights positive, then that of all negative; prints what the notebook is sent. */
const PYTHON_SIDE = `
import base64, json, sys, torch, snntorch
from torch import nn
import snntrainer3d as s3d
module = nn.Sequential(nn.Linear(2, 2), snntorch.Leaky(beta=0.9), nn.Linear(2, 2), snntorch.Leaky(beta=0.9))
def fill(value):
    with torch.no_grad():
        for layer in (module[0], module[2]):
            layer.weight.fill_(value)
fill(1.0)
view = s3d.View(module, height=300)
frames = [bytes(view.frame)]
fill(-1.0)
view.refresh()
frames.append(bytes(view.frame))
json.dump({"esm": view._esm, "spec": view.spec, "class_names": view.class_names, "height": view.height,
           "theme": view.theme, "palette": view.palette,
           "frames": [base64.b64encode(frame).decode() for frame in frames]}, sys.stdout)
`;
interface Sent {
  esm: string;
  frames: string[];
}
let browser: Browser;
let sent: Sent;
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(PYTHON, ["-c", PYTHON_SIDE], { cwd: ROOT, maxBuffer: 2 ** 24 });
  sent = JSON.parse(stdout) as Sent;
  browser = await launch();
});
afterAll(() => browser?.close());

it("draws the network, follows its weights, and leaves nothing behind", async () => {
  const context = await browser.newContext({ viewport: { width: 700, height: 360 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob|about):/.test(request.url())) asked.push(request.url());
  });
  await page.setContent("<div id=cell style='width:600px'></div>");
  await page.evaluate(async (given) => {
    const { esm, frames, ...values } = given as Sent & Record<string, unknown>;
    // As a notebook's message is: a part of a larger buffer, which begins at no multiple of 4.
    const part = (text: string) => {
      const letters = atob(text);
      const bytes = Uint8Array.from({ length: letters.length + 3 }, (_, at) => letters.charCodeAt(at - 3) || 0);
      return new DataView(bytes.buffer, 3);
    };
    const listeners = new Map<string, () => void>();
    const held: Record<string, unknown> = { ...values, frame: part(frames[0]) };
    const model = {
      get: (name: string) => held[name],
      on: (event: string, listener: () => void) => listeners.set(event, listener),
      off: (event: string) => listeners.delete(event),
    };
    // As text: the tests' own compiler would put a loader of its own in the place of import.
    const load = new Function("address", "return import(address)") as (address: string) => Promise<{
      default: { render: (given: object) => () => void };
    }>;
    const module = await load(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
    const end = module.default.render({ model, el: document.getElementById("cell") });
    Object.assign(window, {
      showSecond: () => ((held.frame = part(frames[1])), listeners.get("change:frame")?.()),
      end: () => (end(), listeners.size),
    });
  }, sent);

  const inked = async () => {
    const shot = (await page.locator("canvas").screenshot()).toString("base64");
    return page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let [green, red] = [0, 0];
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 1] > data[at] + 25 && data[at + 1] > data[at + 2] + 10) green += 1;
        if (data[at] > data[at + 1] + 25 && data[at] > data[at + 2] + 10) red += 1;
      }
      return { green, red };
    }, shot);
  };
  await expect.poll(async () => (await inked()).green).toBeGreaterThan(200);
  expect((await inked()).red).toBe(0);
  await page.evaluate("showSecond()");
  await expect.poll(async () => (await inked()).red).toBeGreaterThan(200);
  expect((await inked()).green).toBe(0);
  expect(await page.locator("canvas").getAttribute("aria-label")).toContain("2-2-2");
  expect(await page.evaluate("end()")).toBe(0);
  expect(await page.locator("#cell *").count()).toBe(0);
  expect(asked).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});
