/** What a visitor has to load, as the server's compression would send it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const STATIC = join(import.meta.dirname, "../../../src/snntrainer3d/static");
const MOST_BYTES = 250 * 1024;
/** What must be there before the first paint: everything but three.js. */
const MOST_FIRST_BYTES = 100 * 1024;

it("is small, and the first paint does not wait for three.js", async () => {
  const files = (await readdir(STATIC, { recursive: true })).filter((name) => /\.(html|js|css|svg)$/.test(name));
  const sizes = await Promise.all(
    files.map(async (name) => ({ name, bytes: gzipSync(await readFile(join(STATIC, name))).length })),
  );
  const sum = (some: typeof sizes) => some.reduce((total, { bytes }) => total + bytes, 0);
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(sum(sizes)).toBeLessThan(MOST_BYTES);
  expect(sum(sizes.filter(({ name }) => !name.includes("view3d")))).toBeLessThan(MOST_FIRST_BYTES);
  expect(await readFile(join(STATIC, "index.html"), "utf8")).not.toContain("view3d");
});
