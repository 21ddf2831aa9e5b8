/** The page of a server that asks for its token: let in once, then as everywhere; asked again after a start anew. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, open } from "./chromium";
import { Server } from "./server";

const TOKEN = "a-token-of-the-browser-tests";
let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(TOKEN), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("asks for the token, takes no wrong one, and works with the right one", async () => {
  const { page, complaints } = await open(browser, `${server.url}#design=none`);
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Token").fill(TOKEN);
  complaints.length = 0;
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("radio", { name: /^Digits/ }).waitFor();
  expect(page.url()).not.toContain(TOKEN);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  await page.getByRole("radio", { name: /^XOR/ }).check();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page
    .locator(".run .what", { hasText: /Finished|Training|Starting|Loading|Queued/ })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

it("opens by the address that the server prints, and asks again when a server with another token took its place", async () => {
  const { page, complaints } = await open(browser, `${server.url}?token=${TOKEN}`);
  await page.getByRole("radio", { name: /^Digits/ }).waitFor();
  expect(page.url()).not.toContain(TOKEN);
  expect(complaints).toEqual([]);
  await server.kill();
  server.token = "another-token-than-before";
  await server.again();
  await page.getByLabel("Token").waitFor();
});
