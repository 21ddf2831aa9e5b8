/** The guided tour: what each part of the page is for, in the order in which a first network meets them. */
import { driver, type Config, type DriveStep, type DriverHook } from "driver.js";
import "driver.js/dist/driver.css";
import { tick } from "svelte";
import { session, type Tab } from "../../state";
import "./tour.css";

interface Stop {
  /** The part that is pointed at: the first of these that is on the page. */
  at?: string;
  title: string;
  text: string;
  /** The tab that has to be open for it. */
  tab?: Tab;
}

export const STOPS: Stop[] = [
  {
    title: "Design, train, see",
    text: "A spiking network in three moves, two minutes. What is lit can be used meanwhile; arrow keys turn the pages, Esc ends the tour, and ? brings it back.",
  },
  {
    at: '[aria-labelledby="data-title"]',
    tab: "design",
    title: "What it learns from",
    text: "Choose a data set, or drop a file of your own here: pictures, sounds or a table.",
  },
  {
    at: '[aria-labelledby="network-title"]',
    tab: "design",
    title: "The network",
    text: "Write its layers in one line (784-100-10), take a template, or set each layer: its kind, its neurons, their decay and threshold. Faults and advice stand at the field.",
  },
  {
    at: '[aria-labelledby="training-title"]',
    tab: "design",
    title: "How it learns",
    text: "Recipes to start from: the paper's, a faster and more accurate one, a thorough one. All else (loss, schedule, seed …) has a sensible value and a help of its own.",
  },
  {
    at: ".stage .canvas",
    title: "The network itself",
    text: "Each line is a weight: one colour excites, the other inhibits, strong ones shine. Drag to turn, scroll to zoom, point at a neuron for its weights, click to keep it. While the network learns, all of this moves.",
  },
  {
    at: '[role="toolbar"][aria-label="View"]',
    title: "Strongest, Exposure and more",
    text: "Strongest says how many weights of each block are drawn, the largest first. Exposure is how much ink each gets, as on a camera. Beside them: matrices, colours, a picture or a clip to keep. None of it changes the network.",
  },
  {
    at: ".dock",
    title: "Train",
    text: "Press it any time. A first training prepares its kernels for some seconds, then epochs are as quick. Pause, stop and go on as you like: a closed page stops nothing.",
  },
  {
    at: "#panel",
    tab: "training",
    title: "While it learns",
    text: "Progress, loss and accuracy, and how much each layer changes. Notes tell of silent or restless neurons before you wonder.",
  },
  {
    at: "#panel",
    tab: "results",
    title: "Figures that hold",
    text: "The whole test set, once, with interval, confusion matrix and classes. A click on a cell shows its samples. At the end: take the network home as weights, code, NIR, a circuit or a web page.",
  },
  {
    at: "#panel",
    tab: "inside",
    title: "Inside",
    text: "Play a sample through the network, spike by spike, or draw a digit: it answers while you draw. Or open neurons: what they look for, and their membranes.",
  },
  {
    at: 'nav[aria-label="Pages"]',
    title: "Many networks",
    text: "Runs keeps all that was trained. Compare lays them beside each other and says whether the difference is more than chance. Studies train whole families of them.",
  },
  {
    at: 'button[aria-label="Help"]',
    title: "That is all",
    text: "Keys, this tour and the words of the field are here. Good first moves: press Train, then Inside, and draw a seven.",
  },
];

/** Give the tour over these stops; `ended` is told when it is over, however it ended. */
export function tour(ended: () => void, stops: Stop[] = STOPS): () => void {
  const tab = session.tab;
  const open = async (at: number): Promise<void> => {
    const wanted = stops[at]?.tab;
    if (session.page !== "workbench") session.go("workbench");
    if (wanted) session.show(wanted);
    await tick();
  };
  const by =
    (step: 1 | -1): DriverHook =>
    (_, __, { driver, index = 0 }) => {
      if (index + step >= stops.length) return driver.destroy();
      void open(index + step).then(() => driver.moveTo(index + step));
    };
  const config: Config = {
    steps: stops.map(stepOf),
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    overlayOpacity: 0.45,
    stagePadding: 4,
    stageRadius: 8,
    showProgress: true,
    progressText: "{{current}} of {{total}}",
    nextBtnText: "Next",
    prevBtnText: "Back",
    doneBtnText: "Done",
    // A press beside it is none: only Esc, × and Done end the tour.
    overlayClickBehavior: () => {},
    waitForElement: 3000,
    popoverClass: "tour",
    onNextClick: by(1),
    onPrevClick: by(-1),
    // What is lit is no button that opens the card, whatever the library writes on it.
    onHighlighted: () => {
      const lit = document.querySelector(".driver-active-element");
      for (const name of ["aria-expanded", "aria-haspopup", "aria-controls"]) lit?.removeAttribute(name);
    },
    onDestroyed: () => {
      session.show(tab);
      ended();
    },
  };
  const shown = driver(config);
  void open(0).then(() => shown.drive());
  return () => shown.destroy();
}

function stepOf({ at, title, text }: Stop): DriveStep {
  return { element: at, popover: { title, description: text } };
}
