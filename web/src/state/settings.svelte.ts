import { recall, remember } from "./storage";

export interface ViewSettings {
  theme: "auto" | "dark" | "light";
  palette: "green-red" | "blue-orange";
  exposure: number;
  /** Weights drawn per block, the strongest first; null for all. */
  strongest: number | null;
  showWeights: boolean;
  showLabels: boolean;
  /** Weight frames per second at most, within MOST_HERTZ and LEAST_HERTZ. */
  hertz: number;
  live: boolean;
  /** Matrices in place of the 3D view. */
  flat: boolean;
  /** A matrix beside the 3D view. */
  beside: boolean;
  logLoss: boolean;
  smoothing: number;
}

export const VIEW_DEFAULTS: ViewSettings = {
  theme: "auto",
  palette: "green-red",
  exposure: 1,
  strongest: 2000,
  showWeights: true,
  showLabels: true,
  hertz: 5,
  live: true,
  flat: false,
  beside: false,
  logLoss: false,
  smoothing: 0,
};

/** Slower is no film any more; faster shows nothing more and takes the training's time. */
export const [LEAST_HERTZ, MOST_HERTZ] = [2, 10];
const KEY = "view";

/** What was kept by an older page may lie outside today's ranges. */
function remembered(): ViewSettings {
  const view = { ...VIEW_DEFAULTS, ...recall<Partial<ViewSettings>>(KEY) };
  return { ...view, hertz: Math.min(MOST_HERTZ, Math.max(LEAST_HERTZ, view.hertz)) };
}

/** How this person likes to look at things; kept in the browser. */
export class Settings {
  view = $state<ViewSettings>(remembered());
  private systemDark = $state(true);
  reducedMotion = $state(false);
  dark = $derived(this.view.theme === "auto" ? this.systemDark : this.view.theme === "dark");

  /** Follows the system's wishes; gives the function that stops it. */
  follow(): () => void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    const take = () => {
      this.systemDark = dark.matches;
      this.reducedMotion = motion.matches;
    };
    take();
    dark.addEventListener("change", take);
    motion.addEventListener("change", take);
    return () => {
      dark.removeEventListener("change", take);
      motion.removeEventListener("change", take);
    };
  }

  set(change: Partial<ViewSettings>): void {
    Object.assign(this.view, change);
    remember(KEY, this.view);
  }

  toggleTheme(): void {
    this.set({ theme: this.dark ? "light" : "dark" });
  }
}

export const settings = new Settings();
