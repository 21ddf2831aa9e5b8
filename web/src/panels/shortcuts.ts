/** The keys, in one table: what runs and what the help shows. */
import { runs, session, settings, workbench } from "../state";

export interface Shortcut {
  keys: string[];
  words: string;
  /** Ctrl, or ⌘ on a Mac. */
  control?: boolean;
  shift?: boolean;
  key: string;
  run: (at: { help: () => void }) => unknown;
}

function pauseOrResume(): void {
  const status = runs.row?.status;
  if (status === "running") void session.command("pause");
  else if (status === "paused") void session.command("resume");
}

export const SHORTCUTS: Shortcut[] = [
  { keys: ["?"], words: "help: this list, the words of the field, the tour", key: "?", run: ({ help }) => help() },
  { keys: ["Ctrl", "Enter"], words: "train the design", control: true, key: "enter", run: () => void session.train() },
  { keys: ["P"], words: "pause or resume the training", key: "p", run: pauseOrResume },
  {
    keys: ["S"],
    words: "one update, when the pace is update by update",
    key: "s",
    run: () => {
      if (runs.detail?.spec.training.pace === "update" && runs.row?.status !== "finished") void session.command("step");
    },
  },
  { keys: ["Ctrl", "Z"], words: "undo", control: true, key: "z", run: () => workbench.undo() },
  { keys: ["Ctrl", "Shift", "Z"], words: "redo", control: true, shift: true, key: "z", run: () => workbench.redo() },
  { keys: ["1"], words: "training: progress and curves", key: "1", run: () => session.show("training") },
  { keys: ["2"], words: "results", key: "2", run: () => session.show("results") },
  { keys: ["3"], words: "look inside: samples, drawing, neurons", key: "3", run: () => session.show("inside") },
  { keys: ["4"], words: "runs beside the network", key: "4", run: () => session.show("runs") },
  { keys: ["0"], words: "workbench", key: "0", run: () => session.go("workbench") },
  { keys: ["7"], words: "all runs", key: "7", run: () => session.go("runs") },
  { keys: ["8"], words: "compare runs", key: "8", run: () => session.go("compare") },
  { keys: ["9"], words: "studies", key: "9", run: () => session.go("studies") },
  {
    keys: ["K"],
    words: "play or pause the spikes",
    key: "k",
    run: () => press("Play the spikes") || press("Pause the spikes"),
  },
  { keys: [","], words: "one time step back", key: ",", run: () => press("One step back") },
  { keys: ["."], words: "one time step on", key: ".", run: () => press("One step on") },
  {
    keys: ["W"],
    words: "weights on or off",
    key: "w",
    run: () => settings.set({ showWeights: !settings.view.showWeights }),
  },
  {
    keys: ["L"],
    words: "labels on or off",
    key: "l",
    run: () => settings.set({ showLabels: !settings.view.showLabels }),
  },
  { keys: ["M"], words: "3D view or matrices", key: "m", run: () => settings.set({ flat: !settings.view.flat }) },
  {
    keys: ["B"],
    words: "a matrix beside the 3D view",
    key: "b",
    run: () => settings.set({ beside: !settings.view.beside, flat: false }),
  },
  {
    keys: ["V"],
    words: "follow the training's weights, or hold them",
    key: "v",
    run: () => session.setLive(!settings.view.live),
  },
  { keys: ["R"], words: "reset the view", key: "r", run: () => press("Reset view") },
  { keys: ["F"], words: "full screen", key: "f", run: () => press("Full screen") },
  { keys: ["D"], words: "dark or light", key: "d", run: () => settings.toggleTheme() },
];

/** Presses a button of the view by its label, so that key and button do the same; says whether it is there. */
function press(label: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`);
  button?.click();
  return button !== null;
}

const TYPED_INTO =
  "input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]";

/** Runs the shortcut of a key press; plain letters are left alone where one types. */
export function runShortcut(event: KeyboardEvent, at: { help: () => void }): void {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  const control = event.ctrlKey || event.metaKey;
  const typing = event.target instanceof Element && event.target.matches(TYPED_INTO);
  if (typing && !control) return;
  const key = event.key.toLowerCase();
  const wanted = control && key === "y" ? { key: "z", shift: true } : { key, shift: event.shiftKey };
  const found = SHORTCUTS.find(
    (one) =>
      one.key === wanted.key &&
      Boolean(one.control) === control &&
      (one.key === "?" || Boolean(one.shift) === wanted.shift),
  );
  if (!found) return;
  event.preventDefault();
  found.run(at);
}
