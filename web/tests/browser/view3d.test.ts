/** The view in a real browser: what is on screen, what it costs, and that nothing stays behind. */
import { resolve } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

/** Without these a headless Chromium has no WebGL, and every test would pass on a blank canvas. */
const FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const MEMORY_FLAGS = ["--enable-precise-memory-info", "--js-flags=--expose-gc"];
const WINDOW = { width: 480, height: 300 };
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

let server: ViteDevServer;
let browser: Browser;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  const root = resolve(import.meta.dirname, "../..");
  const cacheDir = resolve(root, "node_modules/.vite-view3d");
  server = await createServer({
    root,
    cacheDir,
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0 },
  });
  await server.listen();
  browser = await chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...MEMORY_FLAGS] });
  page = await browser.newPage({ viewport: WINDOW });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${server.resolvedUrls!.local[0]}tests/browser/view3d.html`);
  await page.waitForFunction(() => window.lab !== undefined);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  complaints = [];
  await page.setViewportSize(WINDOW);
});

afterEach(async () => {
  await page.evaluate(() => window.lab.close());
  expect(complaints).toEqual([]);
});

describe("what is drawn", () => {
  it("has WebGL2 to draw with", async () => {
    expect(await page.evaluate(() => window.lab.supported())).toBe(true);
  });

  it("gives positive weights positive density, negative weights negative, and zero none", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const shape = lab.shapeOf([2, 2, 1]);
      const weights = lab.sparseWeights(shape, [
        [0, 0, 0, 127],
        [0, 0, 1, -127],
        [0, 1, 0, 64],
        [1, 0, 0, -90],
        [1, 0, 1, 127],
      ]);
      const view = lab.open([2, 2, 1], {}, weights);
      await view.settled();
      return {
        positive: [lab.along([0, 0], [1, 0], 0.25), lab.along([0, 0], [1, 1], 0.3), lab.along([1, 1], [2, 0], 0.5)],
        negative: [lab.along([0, 1], [1, 0], 0.3), lab.along([1, 0], [2, 0], 0.5)],
        none: [lab.along([0, 1], [1, 1], 0.4), view.readDensity(3, 3)],
      };
    });
    for (const density of seen.positive) {
      expect(density.positive).toBeGreaterThan(0.1);
      expect(density.negative).toBe(0);
    }
    for (const density of seen.negative) {
      expect(density.negative).toBeGreaterThan(0.1);
      expect(density.positive).toBe(0);
    }
    for (const density of seen.none) expect(density).toEqual({ positive: 0, negative: 0 });
  });

  it.each([
    ["rows of odd length", [7, 5, 3], [0, 2, 3]],
    ["a layer wider than a texture may be", [20_000, 3, 2], [0, 1, 19_999]],
    ["a layer higher than a texture may be", [3, 20_000, 2], [0, 19_998, 1]],
  ] as [string, number[], [number, number, number]][])(
    "finds the weight of %s",
    async (_, sizes, [connection, row, column]) => {
      const { there, elsewhere } = await page.evaluate(
        async ([sizes, connection, row, column]) => {
          const { lab } = window;
          const weights = lab.sparseWeights(lab.shapeOf(sizes), [[connection, row, column, 127]]);
          await lab.open(sizes, { strongest: 10 }, weights).settled();
          const other = (row + 2) % sizes[1];
          return {
            there: lab.along([0, column], [1, row], 0.5),
            elsewhere: lab.along([0, column], [1, other], 0.5, 0),
          };
        },
        [sizes, connection, row, column] as [number[], number, number, number],
      );
      expect(there.positive).toBeGreaterThan(0.1);
      expect(there.negative).toBe(0);
      expect(elsewhere).toEqual({ positive: 0, negative: 0 });
    },
  );

  it("draws all edges in chunks as it draws them at once", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const view = lab.open([784, 60, 10]);
      await view.settled();
      const read = () => [0.3, 0.5, 0.7].map((share) => view.readDensity(480 * share, 150, 8));
      const once = read();
      Object.assign((view as unknown as { loop: { budget: number } }).loop, { budget: 5_000 });
      const before = view.stats().frames;
      view.look("side");
      view.look("default");
      await view.settled();
      return { once, chunked: read(), frames: view.stats().frames - before };
    });
    expect(seen.frames).toBeGreaterThan(3);
    seen.once.forEach(({ positive, negative }, at) => {
      expect(seen.chunked[at].positive / positive).toBeCloseTo(1, 1);
      expect(seen.chunked[at].negative / negative).toBeCloseTo(1, 1);
    });
  });

  it("draws only the strongest when asked, and all again", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const shape = lab.shapeOf([2, 2, 1]);
      const weights = lab.sparseWeights(shape, [
        [0, 0, 0, 127],
        [0, 1, 1, 60],
        [1, 0, 0, -127],
      ]);
      const view = lab.open([2, 2, 1], { strongest: 1 }, weights);
      await view.settled();
      const few = lab.along([0, 1], [1, 1], 0.4);
      const edges = view.stats().edgesTotal;
      view.setOptions({ strongest: null });
      await view.settled();
      return { few, edges, all: lab.along([0, 1], [1, 1], 0.4) };
    });
    expect(seen.edges).toBe(2);
    expect(seen.few.positive).toBe(0);
    expect(seen.all.positive).toBeGreaterThan(0.05);
  });

  it("shows new weights", async () => {
    const share = await page.evaluate(async () => {
      const { lab } = window;
      const view = lab.open([64, 50, 10]);
      const before = await lab.pixels();
      view.setWeights(lab.weightsOf(lab.shapeOf([64, 50, 10]), 99));
      await view.settled();
      return lab.differing(before, await lab.pixels(), 8) / before.data.length;
    });
    expect(share).toBeGreaterThan(0.02);
  });

  it("puts one neuron's edges in focus and takes them out again", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const shape = lab.shapeOf([2, 2, 2]);
      const weights = lab.sparseWeights(shape, [
        [0, 0, 0, 127],
        [0, 1, 1, 127],
      ]);
      const view = lab.open([2, 2, 2], { theme: "dark" }, weights);
      const brightness = async () => {
        const picture = await lab.pixels();
        return [0, 1].map((neuron) => {
          const start = view.positionOf(0, neuron)!;
          const end = view.positionOf(1, neuron)!;
          const [x, y] = [Math.round((start.x + end.x) / 2), Math.round((start.y + end.y) / 2)];
          return Math.max(...[-2, -1, 0, 1, 2].map((shift) => picture.data[4 * ((y + shift) * picture.width + x) + 1]));
        });
      };
      const free = await brightness();
      view.focus({ layer: 1, neuron: 0 }, true);
      const focused = await brightness();
      view.focus(null, true);
      return { free, focused, after: await brightness() };
    });
    expect(seen.free[0]).toBeGreaterThan(80);
    expect(seen.free[1]).toBeGreaterThan(80);
    expect(seen.focused[0]).toBeGreaterThan(80);
    expect(seen.focused[1]).toBeLessThan(60);
    expect(seen.after).toEqual(seen.free);
  });

  it("lights neurons that fire and sends pulses from them", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const shape = lab.shapeOf([2, 2, 2]);
      const view = lab.open(
        [2, 2, 2],
        { showWeights: false, showLabels: false },
        lab.sparseWeights(shape, [[0, 0, 0, 127]]),
      );
      const still = await lab.pixels();
      view.setActivity([null, new Float32Array([0, 1]), null], [new Uint8Array([1, 0]), null, null]);
      const lit = await lab.pixels();
      const counts: number[] = [];
      for (const phase of [0.3, 0.5, 0.7]) {
        view.setPulsePhase(phase);
        counts.push(lab.differing(lit, await lab.pixels(), 30));
      }
      view.setPulsePhase(null);
      view.setActivity([], []);
      return { lit: lab.differing(still, lit, 30), counts, after: lab.differing(still, await lab.pixels(), 30) };
    });
    expect(seen.lit).toBeGreaterThan(50);
    for (const count of seen.counts) expect(count).toBeGreaterThan(20);
    expect(seen.after).toBe(0);
  });

  it("saves a picture at twice the size", async () => {
    const size = await page.evaluate(async () => {
      window.lab.open([64, 50, 10]);
      const bitmap = await createImageBitmap(await window.lab.view.screenshot(2));
      return [bitmap.width, bitmap.height];
    });
    expect(size).toEqual([960, 600]);
  });
});

describe("how it is used", () => {
  it("tells what the mouse is on, pins it by click and lets it go by Escape", async () => {
    const place = await page.evaluate(async () => {
      const view = window.lab.open([64, 50, 10]);
      const heard: unknown[] = [];
      view.onHover((picked) => heard.push(["hover", picked]));
      view.onPick((picked) => heard.push(["pick", picked]));
      Object.assign(window, { heard });
      await view.settled();
      return view.positionOf(2, 3)!;
    });
    await page.mouse.move(place.x, place.y);
    await page.mouse.down();
    await page.mouse.up();
    await page.keyboard.press("Escape");
    await page.mouse.move(2, 2);
    const heard = await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
    const neuron = { layer: 2, neuron: 3 };
    expect(heard).toEqual([
      ["hover", neuron],
      ["pick", neuron],
      ["pick", null],
      ["hover", null],
    ]);
  });

  it("turns, zooms and goes back by keyboard", async () => {
    const where = () => page.evaluate(() => window.lab.view.positionOf(0, 0)!);
    await page.evaluate(() => {
      window.lab.open([64, 50, 10]);
      document.querySelector("canvas")!.focus();
    });
    const start = await where();
    for (const key of ["ArrowLeft", "ArrowUp", "+"]) {
      const before = await where();
      await page.keyboard.press(key);
      await page.evaluate(() => window.lab.view.settled());
      const after = await where();
      expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeGreaterThan(2);
    }
    await page.keyboard.press("0");
    await page.evaluate(() => window.lab.view.settled());
    const back = await where();
    expect(back.x).toBeCloseTo(start.x, 0);
    expect(back.y).toBeCloseTo(start.y, 0);
  });

  it("turns by dragging without picking", async () => {
    await page.evaluate(async () => {
      const view = window.lab.open([64, 50, 10]);
      Object.assign(window, { picks: 0 });
      view.onPick(() => (window as unknown as { picks: number }).picks++);
      await view.settled();
    });
    const before = await page.evaluate(() => window.lab.view.positionOf(0, 0)!);
    await page.mouse.move(240, 280);
    await page.mouse.down();
    await page.mouse.move(320, 260, { steps: 4 });
    await page.mouse.up();
    await page.evaluate(() => window.lab.view.settled());
    const after = await page.evaluate(() => window.lab.view.positionOf(0, 0)!);
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeGreaterThan(10);
    expect(await page.evaluate(() => (window as unknown as { picks: number }).picks)).toBe(0);
  });

  it("fits the network anew when the canvas changes its size", async () => {
    await page.evaluate(() => window.lab.open([64, 50, 10]).settled());
    await page.setViewportSize({ width: 300, height: 420 });
    await page.waitForFunction(() => window.lab.view.positionOf(2, 0)!.x < 300);
    const places = await page.evaluate(() => [window.lab.view.positionOf(0, 0)!, window.lab.view.positionOf(2, 9)!]);
    for (const { x, y } of places) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(300);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(420);
    }
  });

  it("comes back after the graphics context was lost", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const view = lab.open([64, 50, 10]);
      await view.settled();
      const before = view.readDensity(240, 150, 20);
      const heard: string[] = [];
      const next = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
      view.onContextLost(() => heard.push("lost"));
      view.onContextRestored(() => heard.push("restored"));
      const context = document.querySelector("canvas")!.getContext("webgl2")!;
      const control = context.getExtension("WEBGL_lose_context")!;
      control.loseContext();
      while (heard.length < 1) await next();
      view.setWeights(lab.weightsOf(lab.shapeOf([64, 50, 10])));
      control.restoreContext();
      while (heard.length < 2) await next();
      await view.settled();
      return { before, after: view.readDensity(240, 150, 20), heard };
    });
    expect(seen.heard).toEqual(["lost", "restored"]);
    expect(seen.before.positive).toBeGreaterThan(1);
    expect(seen.after.positive).toBeCloseTo(seen.before.positive, 1);
    expect(seen.after.negative).toBeCloseTo(seen.before.negative, 1);
  });
});

describe("what it costs", () => {
  it("draws nothing while nothing changes", async () => {
    const [before, after] = await page.evaluate(async () => {
      const view = window.lab.open([64, 50, 10]);
      await view.settled();
      // The observer of the canvas's size reports once after the start, before one that came later.
      const canvas = document.querySelector("canvas")!;
      await new Promise((resolve) => new ResizeObserver(resolve).observe(canvas));
      await view.settled();
      const frames = view.stats().frames;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [frames, view.stats().frames];
    });
    expect(after).toBe(before);
  });

  it.each(["784-100-10", "784-1000-1000-10"])("draws %s whole with few calls and little memory", async (name) => {
    await page.setViewportSize({ width: 200, height: 120 });
    const sizes = name.split("-").map(Number);
    const measured = await page.evaluate(async (sizes) => {
      const { lab } = window;
      const shape = lab.shapeOf(sizes);
      const weights = [lab.weightsOf(shape, 1), lab.weightsOf(shape, 2)];
      const view = lab.open([2, 2, 1]);
      await view.settled();
      const collect = (window as unknown as { gc: () => void }).gc;
      const heap = () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
      let [buildMs, updateMs, drawCalls] = [Infinity, Infinity, 0];
      for (let round = 0; round < 5; round++) {
        view.setNetwork(shape);
        view.setWeights(weights[0]);
        buildMs = Math.min(buildMs, view.stats().buildMs);
      }
      for (let round = 0; round < 8; round++) {
        view.setWeights(weights[round % 2]);
        updateMs = Math.min(updateMs, view.stats().lastUpdateMs);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        drawCalls = Math.max(drawCalls, view.stats().drawCalls);
      }
      await view.settled();
      const { edgesDrawn, edgesTotal, frames } = view.stats();
      let strongestMs = Infinity;
      view.setOptions({ strongest: 1000 });
      for (let round = 0; round < 20; round++) {
        view.setWeights(weights[round % 2]);
        strongestMs = Math.min(strongestMs, view.stats().lastUpdateMs);
      }
      await view.settled();
      view.setOptions({ exposure: 1.1 });
      await view.settled();
      collect();
      const megabytes = heap() / 1e6;
      return {
        buildMs,
        updateMs,
        strongestMs,
        drawCalls,
        idleDrawCalls: view.stats().drawCalls,
        edgesDrawn,
        edgesTotal,
        frames,
        megabytes,
      };
    }, sizes);
    console.log(JSON.stringify({ network: name, ...measured }));
    const edges = sizes.slice(1).reduce((sum, size, at) => sum + size * sizes[at], 0);
    expect(measured.edgesTotal).toBe(edges);
    expect(measured.edgesDrawn).toBe(edges);
    expect(measured.drawCalls).toBeLessThanOrEqual(30);
    expect(measured.idleDrawCalls).toBe(2);
    expect(measured.megabytes).toBeLessThan(40);
  });

  it("draws only a sample of a network beyond what a view bears, and says so", async () => {
    const stats = await page.evaluate(() => {
      const { lab } = window;
      const view = lab.open([2, 2, 1], { showWeights: false });
      view.setNetwork(lab.shapeOf([784, 100_000, 10]));
      return view.stats();
    });
    expect(stats.edgesInNetwork).toBe(79_400_000);
    expect(stats.edgesTotal).toBeLessThan(3_000_000);
  });

  it("leaves nothing behind after fifty views", async () => {
    await page.setViewportSize({ width: 160, height: 100 });
    const seen = await page.evaluate(async () => {
      const { lab } = window;
      const collect = (window as unknown as { gc: () => void }).gc;
      const heap = () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
      const left: number[] = [];
      let heapBefore = 0;
      for (let round = 0; round < 50; round++) {
        const view = lab.open([64, 50, 10], { strongest: round % 2 ? 50 : null });
        view.focus({ layer: 1, neuron: 4 }, true);
        await view.settled();
        view.setNetwork(lab.shapeOf([64, 20, 10]));
        lab.close();
        const { geometries, textures } = view.stats();
        left.push(geometries + textures);
        if (round === 9) {
          collect();
          heapBefore = heap();
        }
      }
      collect();
      const elements = document.querySelectorAll("#stage > *").length;
      return { left, elements, grown: (heap() - heapBefore) / 1e6 };
    });
    console.log(JSON.stringify({ views: seen.left.length, grown: seen.grown }));
    expect(new Set(seen.left)).toEqual(new Set([0]));
    // The last canvas stays where the page put it; the labels over it are gone.
    expect(seen.elements).toBe(1);
    expect(seen.grown).toBeLessThan(4);
  });
});
