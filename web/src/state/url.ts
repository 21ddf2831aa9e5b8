/** The part of the address that holds the page's state: `#run=…&tab=…&d=…`. */

export interface Address {
  run: string | null;
  tab: string | null;
  design: string | null;
}

export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  return { run: fields.get("run"), tab: fields.get("tab"), design: fields.get("d") };
}

export function writeAddress({ run, tab, design }: Address): string {
  const fields = new URLSearchParams();
  if (run) fields.set("run", run);
  if (tab) fields.set("tab", tab);
  if (design) fields.set("d", design);
  const text = fields.toString();
  return text ? `#${text}` : "";
}
