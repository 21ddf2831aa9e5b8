/** The pages of the application, and the list of runs on one of them. */
import type { Page } from "playwright-core";

export const go = (page: Page, name: string) =>
  page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .click();

export const rows = (page: Page) => page.getByRole("grid").locator(".body [role=row]");

/**
 * Goes wherever a focus, a link or a script may lead on this page, and tells what that moved which must stay: the page
 * itself, and parts that are cut off without a bar to scroll back by; and what is placed outside of the list it scrolls with.
 */
export const strayed = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>();
    const nameOf = (element: Element) => `${element.tagName}.${element.getAttribute("class") ?? ""}#${element.id}`;
    const cut = (element: Element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      return (overflowX === "hidden" && element.scrollLeft > 0) || (overflowY === "hidden" && element.scrollTop > 0);
    };
    const root = document.scrollingElement as Element;
    for (const element of document.querySelectorAll<HTMLElement>("#app *")) {
      for (const block of ["start", "end"] as const) element.scrollIntoView({ block });
      element.focus();
      if (root.scrollTop || root.scrollLeft) found.add(`the page, by ${nameOf(element)}`);
      root.scrollTo(0, 0);
      for (let at = element.parentElement; at; at = at.parentElement) if (cut(at)) found.add(nameOf(at));
      // What is not shown has no place at all.
      if (getComputedStyle(element).position !== "absolute" || !element.offsetParent) continue;
      for (let at = element.parentElement; at && at !== element.offsetParent; at = at.parentElement)
        if (/auto|scroll/.test(getComputedStyle(at).overflow)) found.add(`${nameOf(element)} out of ${nameOf(at)}`);
    }
    return [...found];
  });
