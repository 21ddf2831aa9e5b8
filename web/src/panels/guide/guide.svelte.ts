import { recall, remember } from "../../state";

const KEY = "tour";

/** Whether the tour is still offered in the bar, and the one that is shown; what shows it comes when it is wanted. */
class Guide {
  offered = $state(recall<string>(KEY) === null);
  private stop: (() => void) | null = null;

  async begin(): Promise<void> {
    const { tour } = await import("./tour");
    this.stop?.();
    this.stop = tour(() => {
      this.stop = null;
      this.decline();
    });
  }

  /** It is not offered again; Help still has it. */
  decline(): void {
    this.offered = false;
    remember(KEY, "seen");
  }
}

export const guide = new Guide();
