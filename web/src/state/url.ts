/** The part of the address that holds the page's state: `#page=…&runs=…&run=…&tab=…&d=…`. */

/** Where one is: at the workbench, or at one of the pages that are loaded when they are first gone to. */
export type Page = "workbench" | "runs" | "compare" | "studies" | "bench";
export const PAGES: Page[] = ["workbench", "runs", "compare", "studies", "bench"];

export interface Address {
  page: Page;
  /** Runs chosen to be compared. */
  chosen: string[];
  study: string | null;
  run: string | null;
  tab: string | null;
  design: string | null;
}

export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const page = fields.get("page") as Page;
  return {
    page: PAGES.includes(page) ? page : "workbench",
    chosen: fields.get("runs")?.split(",").filter(Boolean) ?? [],
    study: fields.get("study"),
    run: fields.get("run"),
    tab: fields.get("tab"),
    design: fields.get("d"),
  };
}

export function writeAddress({ page, chosen, study, run, tab, design }: Address): string {
  const fields = new URLSearchParams();
  if (page !== "workbench") fields.set("page", page);
  if (chosen.length > 0) fields.set("runs", chosen.join(","));
  if (study) fields.set("study", study);
  if (run) fields.set("run", run);
  if (tab) fields.set("tab", tab);
  if (design) fields.set("d", design);
  // A comma needs no escape here, and the address stays readable.
  const text = fields.toString().replaceAll("%2C", ",");
  return text ? `#${text}` : "";
}
