/** A run as a circuit: its crossbars drawn and read, ngspice's waveforms over the network's membranes, its print. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it, vi } from "vitest";
import { application } from "./application";

const NETWORK = join(import.meta.dirname, "../../../tests/golden/networks/xor-2-8-2.json");
const NGSPICE = spawnSync("ngspice", ["--version"]).status === 0;
let run: string;
const app = application(async () => {
  const asked = await fetch(`${app.url}api/runs/import-weights?name=xor`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: readFileSync(NETWORK),
  });
  expect(asked.ok).toBe(true);
  run = ((await asked.json()) as { id: string }).id;
});

async function circuitOf(width = 1400, height = 1000) {
  const opened = await app.open(`#run=${run}&tab=results`, width, height);
  await opened.page.getByRole("button", { name: "Show the circuit" }).click();
  await opened.page.locator('canvas[data-shown="true"]').waitFor();
  return opened;
}

interface Report {
  samples: { circuit_counts: number[] }[];
  traces: { neurons: { circuit_spikes: number[] }[] }[];
}

/** The same four samples under the system's ngspice. */
async function simulatedByServer(): Promise<Report> {
  const place = `${app.url}api/runs/${run}/circuit/simulations`;
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ form: "vccs", samples: [0, 1, 2, 3] });
  const { id } = (await (await fetch(place, { method: "POST", headers, body })).json()) as { id: string };
  return vi.waitFor(
    async () => {
      const told = (await (await fetch(`${place}/${id}`)).json()) as { status: string; report: Report };
      expect(told.status).toBe("done");
      return told.report;
    },
    { interval: 200 },
  );
}

const crossbars = (page: Page) => page.getByLabel(/^Stacked crossbars of 2-8-2/);

/** Colours of the picture that are on the scale of conductances: share of violet, and of yellow ones. */
async function scaleColours(page: Page): Promise<{ violet: number; yellow: number }> {
  const picture = (await crossbars(page).screenshot()).toString("base64");
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = URL.createObjectURL(
      new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], { type: "image/png" }),
    );
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
    let [violet, yellow] = [0, 0];
    for (let at = 0; at < pixels.length; at += 4) {
      const [red, green, blue] = [pixels[at], pixels[at + 1], pixels[at + 2]];
      if (blue > 50 && green < 20 && red > 35 && red < blue) violet += 1;
      if (red > 170 && green > 150 && blue < 60) yellow += 1;
    }
    return { violet, yellow };
  }, picture);
}

describe("The circuit of a run", () => {
  it("is drawn as stacked crossbars, coloured by conductance, whose values can be read", async () => {
    const { page, complaints } = await circuitOf();
    await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const { violet, yellow } = await scaleColours(page);
    expect(violet).toBeGreaterThan(200);
    expect(yellow).toBeGreaterThan(30);
    await page.getByText("1 µS", { exact: true }).waitFor();
    await page.getByText("100 µS", { exact: true }).waitFor();
    const box = (await crossbars(page).boundingBox())!;
    const said = page.locator("figcaption");
    let read = "";
    for (let at = 0.2; at < 0.8 && !read.startsWith("Crossbar"); at += 0.02) {
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * at);
      read = (await said.textContent())!.trim();
    }
    expect(read).toMatch(/^Crossbar [12], (row \d|bias), neuron \d [+−]: [\d.]+ µS$/);
    const before = (await crossbars(page).screenshot()).toString("base64");
    await crossbars(page).focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect((await crossbars(page).screenshot()).toString("base64")).not.toBe(before);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.skipIf(!NGSPICE)(
    "is simulated by ngspice beside the network, its waveforms drawn over the membranes",
    async () => {
      const { page, complaints } = await circuitOf();
      await page.getByLabel("Form").selectOption("vccs");
      await page.getByLabel("Test samples").fill("0, 1-3");
      await page.getByText(/of processor for 4\s+samples of \d+\s+steps/).waitFor();
      await page.getByRole("button", { name: "Simulate", exact: true }).click();
      const measures = page.getByLabel("How well circuit and network agree");
      await measures.waitFor();
      const told = (await measures.textContent())!.replace(/\s+/g, " ");
      expect(told).toContain("Predictions equal 4 of 4");
      expect(told).toMatch(/Spikes that differ 0 of/);
      await page.getByLabel(/^Membranes of the circuit over time. .*Output 1: \d+ spikes in the circuit/).waitFor();
      await page.getByRole("button", { name: "Sample 2", exact: true }).click();
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "Measures and waveforms" }).click();
      expect((await download).suggestedFilename()).toBe("simulation-vccs.zip");
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.skipIf(!NGSPICE)("is simulated in the page itself, spike by spike as by the system's ngspice", async () => {
    const { page, complaints } = await circuitOf();
    await page.getByLabel("Form").selectOption("vccs");
    await page.getByLabel("Test samples").fill("0-3");
    await page.getByRole("checkbox", { name: /Simulate in this page instead/ }).check();
    const measured: Report[] = [];
    page.on("response", async (answer) => {
      if (answer.url().endsWith("/circuit/measures")) measured.push((await answer.json()) as Report);
    });
    await page.getByRole("button", { name: "Simulate", exact: true }).click();
    await page.getByLabel("How well circuit and network agree").waitFor();
    const told = (await page.getByLabel("How well circuit and network agree").textContent())!.replace(/\s+/g, " ");
    expect(told).toContain("Predictions equal 4 of 4");
    expect(told).toMatch(/Spikes that differ 0 of 800/);
    expect(complaints).toEqual([]);
    await page.context().close();
    const server = await simulatedByServer();
    expect(measured.length).toBe(4);
    measured.forEach(({ samples, traces }, at) => {
      expect(samples[0].circuit_counts).toEqual(server.samples[at].circuit_counts);
      expect(traces[0].neurons.map((one) => one.circuit_spikes)).toEqual(
        server.traces[at].neurons.map((one) => one.circuit_spikes),
      );
    });
  });

  it("refuses samples that are not there, and is whole on a narrow page", async () => {
    const { page, complaints } = await circuitOf(360, 800);
    if (NGSPICE) {
      await page.getByLabel("Test samples").fill("9");
      await page.getByText("The test set has the samples 0 to 3.").waitFor();
      expect(await page.getByRole("button", { name: "Simulate", exact: true }).isDisabled()).toBe(true);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "GDS" }).click();
    expect((await download).suggestedFilename()).toBe("xor.gds");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
