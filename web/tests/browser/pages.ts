/** The pages of the application, and the list of runs on one of them. */
import type { Page } from "playwright-core";

export const go = (page: Page, name: string) =>
  page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .click();

export const rows = (page: Page) => page.getByRole("grid").locator(".body [role=row]");
