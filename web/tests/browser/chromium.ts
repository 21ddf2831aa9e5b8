/** The real browser of the tests, with the flags without which there is no WebGL and every test would pass on nothing. */
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";

export const FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/** How long a page may take for what a test waits for: a busy machine is slow, not wrong. */
const PATIENCE_MS = 240_000;

export async function launch(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}

export interface Opened {
  page: Page;
  /** Everything the console complained about; a test ends with none. */
  complaints: string[];
}

export async function open(browser: Browser, url: string, width = 1100, height = 760): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: "reduce",
    colorScheme: "dark",
  });
  return visit(context, url);
}

/** Opens the page in a browser of one's own settings. */
export async function visit(context: BrowserContext, url: string): Promise<Opened> {
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(url);
  return { page, complaints };
}

/** Gives a list that takes whatever a page's console complains about. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

/** Waits until a canvas changes no more: the edges of the view complete over several frames. Gives its picture. */
export async function still(canvas: Locator): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  let now = await canvas.screenshot();
  while (!now.equals(before)) {
    await canvas.page().waitForTimeout(500);
    [before, now] = [now, await canvas.screenshot()];
  }
  return now;
}
