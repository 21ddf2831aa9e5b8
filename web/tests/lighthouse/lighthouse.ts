/** The page as Lighthouse sees it: `make lighthouse`, on a machine that does nothing else. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server } from "../browser/server";

const VERSION = "12.8.2"; // the newest that runs on node 20
const LEAST = 0.9;
const TURNS = 3;
const SHOWN = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "speed-index",
  "cumulative-layout-shift",
];
let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.stop());

interface Report {
  categories: Record<"performance" | "accessibility", { score: number }>;
  audits: Record<string, { displayValue?: string; numericValue?: number }>;
}

/** Runs Lighthouse once with its own throttling and says what it found. */
async function look(turn: number): Promise<Report> {
  const file = join(server.home, `lighthouse-${turn}.json`);
  const flags = ["--quiet", "--preset=desktop", "--only-categories=performance,accessibility"];
  const output = ["--output=json", `--output-path=${file}`, "--chrome-flags=--headless=new --no-sandbox"];
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? "/usr/bin/chromium" };
  await promisify(execFile)("npx", ["--yes", `lighthouse@${VERSION}`, server.url, ...flags, ...output], { env });
  const report = JSON.parse(await readFile(file, "utf8")) as Report;
  const figures = SHOWN.map((name) => `${name} ${report.audits[name].displayValue}`).join(", ");
  const { performance, accessibility } = report.categories;
  console.log(
    `${turn}: performance ${100 * performance.score}, accessibility ${100 * accessibility.score}; ${figures}.`,
  );
  return report;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

it(`has at least ${100 * LEAST} of 100 for performance and for accessibility, in the median of ${TURNS} turns`, async () => {
  const reports: Report[] = [];
  for (let turn = 1; turn <= TURNS; turn += 1) reports.push(await look(turn));
  const scoreOf = (name: "performance" | "accessibility") => median(reports.map((one) => one.categories[name].score));
  console.log(`Median: performance ${100 * scoreOf("performance")}, accessibility ${100 * scoreOf("accessibility")}.`);
  expect(scoreOf("accessibility")).toBeGreaterThanOrEqual(LEAST);
  expect(scoreOf("performance")).toBeGreaterThanOrEqual(LEAST);
});
