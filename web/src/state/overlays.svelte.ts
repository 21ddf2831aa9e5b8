import { asApiError, libraryApi, type Curves } from "../api";
import { notices } from "./notices.svelte";
import { runs } from "./runs.svelte";

/** More lines than these would hide the open run's. */
export const MOST_OVERLAID = 4;
const POINTS = 500;

export interface Overlaid {
  id: string;
  name: string;
  colour: string;
  curves: Curves;
}

/** Other runs whose curves lie over those of the open one; they stay when another is opened. */
class Overlays {
  private known = $state.raw<Omit<Overlaid, "name">[]>([]);
  /** Those that are not the open run itself and are still there, each with a name of its own. */
  readonly shown: Overlaid[] = $derived.by(() => {
    const names = new Map(runs.rows.map((row) => [row.id, row.name]));
    const there = this.known.filter(({ id }) => id !== runs.openId && names.has(id));
    const namesakes = (name?: string) => there.filter(({ id }) => names.get(id) === name).length;
    return there.map((one) => {
      const name = names.get(one.id) ?? "";
      const taken = namesakes(name) > 1 || name === "training" || name === "validation";
      return { ...one, name: taken ? `${name} (${one.id.slice(-4)})` : name };
    });
  });

  async add(id: string): Promise<void> {
    try {
      const curves = await libraryApi.curves(id, POINTS);
      if (this.known.some((one) => one.id === id) || this.shown.length >= MOST_OVERLAID) return;
      const used = new Set(this.known.map(({ colour }) => colour));
      // The first two of the series look like the open run's own training and validation.
      const colour = [3, 4, 5, 6].map((at) => `--series-${at}`).find((one) => !used.has(one)) ?? "--series-3";
      this.known = [...this.known, { id, colour, curves }];
    } catch (thrown) {
      if (asApiError(thrown).code !== "unreachable") notices.fault(thrown, "Reading the run's curves");
    }
  }

  remove(id: string): void {
    this.known = this.known.filter((one) => one.id !== id);
  }
}

export const overlays = new Overlays();
