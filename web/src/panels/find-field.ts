/** Brings a person to the field that a fault, a warning or a note speaks of. */
import { tick } from "svelte";
import { session } from "../state";

const idOf = (path: string) => `field-${path.replace(/\.kind$/, "").replace(/[^a-z0-9]+/gi, "-")}`;

/** Shows the field of a path in the design, unfolding what hides it, and puts the focus on it. */
export async function showField(path: string): Promise<void> {
  session.show("design");
  await tick();
  const layer = /layers\[(\d+)\]/.exec(path)?.[1];
  const row = layer === undefined ? null : document.querySelector<HTMLElement>(`[data-layer="${layer}"]`);
  if (row && path.includes("].") && !document.getElementById(idOf(path))) {
    row.querySelector<HTMLElement>('.unfold[aria-expanded="false"]')?.click();
    await tick();
  }
  const field =
    document.getElementById(idOf(path)) ??
    row?.querySelector<HTMLElement>(".size") ??
    document.getElementById("quick-entry");
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}
