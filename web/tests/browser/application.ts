/** The real server and the real browser for the tests of one file: there before the first, gone after the last. */
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { launch, open, type Opened } from "./chromium";
import { Server } from "./server";

export class Application {
  server!: Server;
  browser!: Browser;

  get url(): string {
    return this.server.url;
  }

  /** Opens the page, at an address of its own if it has one. */
  open(hash = "", width?: number, height?: number): Promise<Opened> {
    return open(this.browser, this.url + hash, width, height);
  }
}

/** Starts both for this file's tests; `prepare` runs once they are there. */
export function application(prepare: (app: Application) => unknown = () => {}): Application {
  const app = new Application();
  beforeAll(async () => {
    [app.server, app.browser] = await Promise.all([Server.start(), launch()]);
    await prepare(app);
  });
  // A page that nobody looks at any more still draws, and follows its run.
  let before = new Set<BrowserContext>();
  beforeEach(() => {
    before = new Set(app.browser.contexts());
  });
  afterEach(async () => {
    for (const context of app.browser.contexts()) if (!before.has(context)) await context.close();
  });
  afterAll(async () => {
    await app.browser?.close();
    await app.server?.stop();
  });
  return app;
}
