/** The page as Lighthouse sees it: `make lighthouse`, on a machine that does nothing else. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../browser/server";

const VERSION = "12.8.2"; // the newest that runs on node 20
const LEAST = 0.9;
let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.stop());

it("has at least 90 of 100 for performance and for accessibility", async () => {
  const file = join(server.home, "lighthouse.json");
  const flags = ["--quiet", "--preset=desktop", "--only-categories=performance,accessibility"];
  const output = ["--output=json", `--output-path=${file}`, "--chrome-flags=--headless=new --no-sandbox"];
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? "/usr/bin/chromium" };
  await promisify(execFile)("npx", ["--yes", `lighthouse@${VERSION}`, server.url, ...flags, ...output], { env });
  const { categories, audits } = JSON.parse(await readFile(file, "utf8"));
  const shown = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "speed-index"];
  const figures = shown.map((name) => `${name} ${audits[name].displayValue}`).join(", ");
  console.log(
    `Performance ${categories.performance.score}, accessibility ${categories.accessibility.score}; ${figures}.`,
  );
  expect(categories.accessibility.score).toBeGreaterThanOrEqual(LEAST);
  expect(categories.performance.score).toBeGreaterThanOrEqual(LEAST);
});
