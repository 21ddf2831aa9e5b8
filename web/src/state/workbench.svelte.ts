import {
  api,
  asApiError,
  type DatasetRow,
  type Fault,
  type NeuronRow,
  type PresetRow,
  type RunSpec,
  type TemplateRow,
  type Training,
} from "../api";
import { decodeDesign, encodeDesign } from "./codec";
import { blended, costOf, estimateSeconds, type Speed } from "./cost";
import {
  applyPreset,
  applyTemplate,
  changeTraining,
  startDesign,
  withoutTemplateSettings,
  type Design,
} from "./design";
import { flowOf } from "./layer-shapes";
import { begin, COALESCE, commit, redo, undo, type History } from "./history";
import { changesInWords, moveTo, settingWords } from "./moving";
import { notices } from "./notices.svelte";
import { recall, recallAfterReload, remember, rememberInTab } from "./storage";

const CHECK_AFTER = 250;
const DATASETS_EVERY = 700;
const DESIGN_KEY = "design";
const SPEED_KEY = "speed";

/** About the design's faults: over where they are mended. */
export const DESIGN = "design";

/** About what the last template set: over when another one is taken. */
const TEMPLATE = "template";

const wordsOf = ({ path, message }: Fault): string => `${path} ${message}`;

/** The design on the bench: edits, their history, what the server says of it, and what it will cost. */
export class Workbench {
  private history = $state.raw<History<Design>>(begin(startDesign()));
  design = $derived(this.history.present);
  spec = $derived(this.design.spec);
  canUndo = $derived(this.history.past.length > 0);
  canRedo = $derived(this.history.future.length > 0);

  datasets = $state.raw<DatasetRow[]>([]);
  presets = $state.raw<Record<string, PresetRow>>({});
  /** Whole networks to begin with, made for the data set by the server. */
  templates = $state.raw<TemplateRow[]>([]);
  neurons = $state.raw<NeuronRow[]>([]);
  /** What the server said last, in the words of its answer. */
  private told = $state.raw<Fault[]>([]);
  flow = $derived(flowOf(this.spec.network));
  /** Shapes that do not fit are known here at once; the server says the same a moment later. */
  private misfits = $derived(this.flow.faults.map((fault) => ({ ...fault, path: `network.${fault.path}` })));
  warnings = $state.raw<Fault[]>([]);
  /** The run whose weights the next training starts from. */
  from = $state.raw<{ id: string; name: string } | null>(null);
  speed = $state.raw<Speed | null>(recall<Speed>(SPEED_KEY));

  dataset = $derived(this.datasets.find((info) => info.name === this.spec.training.dataset) ?? null);
  cost = $derived(costOf(this.spec));
  seconds = $derived(this.dataset ? estimateSeconds(this.spec, this.dataset.train_samples, this.speed) : null);

  /** Told of every change of the design, with whether the network itself changed. */
  onChange: (networkChanged: boolean) => void = () => {};

  /** True until somebody has designed anything: then the best data set at hand may be chosen for them. */
  private pristine = true;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private fetchTimer: ReturnType<typeof setTimeout> | undefined;
  private templatesOf = "";
  private checking: AbortController | null = null;

  /** Begins with the linked design, else the one last worked on, else a fresh one. */
  restore(linked: string | null): void {
    // The address follows a moment behind: after a reload this tab knows better.
    const found = decodeDesign(recallAfterReload(DESIGN_KEY) ?? linked ?? "");
    if (linked && !found) notices.say("warning", "The design in the link could not be read; your last one is shown.");
    const stored = found ?? decodeDesign(recall<string>(DESIGN_KEY) ?? "");
    if (!stored) return;
    this.pristine = false;
    this.history = begin(stored);
  }

  async load(): Promise<void> {
    try {
      const [datasets, presets, neurons] = await Promise.all([api.datasets(), api.presets(), api.neurons()]);
      this.datasets = datasets;
      this.presets = presets;
      this.neurons = neurons;
      notices.settle("Reading presets and data sets");
    } catch (thrown) {
      if (asApiError(thrown).code !== "unreachable") notices.fault(thrown, "Reading presets and data sets");
      return;
    }
    if (this.pristine) this.startFresh();
    this.check();
    await this.fetchTemplates();
  }

  /** Asks for the templates as the design's data set needs them. */
  private async fetchTemplates(): Promise<void> {
    const { dataset } = this.spec.training;
    if (dataset === this.templatesOf) return;
    this.templatesOf = dataset;
    try {
      const found = await api.templates(dataset);
      if (dataset === this.templatesOf) this.templates = found;
      notices.settle("Reading the templates");
    } catch (thrown) {
      if (dataset === this.templatesOf) this.templatesOf = "";
      if (asApiError(thrown).code !== "unreachable") notices.fault(thrown, "Reading the templates");
    }
  }

  /** MNIST where it is at hand, else the digits that always are; with the recipe that does best. */
  private startFresh(): void {
    const mnist = this.datasets.find((info) => info.name === "mnist" && info.available);
    const fresh = startDesign(mnist ? "mnist" : "digits");
    this.history = begin(this.presets.fast ? applyPreset(fresh, this.presets.fast) : fresh);
    this.onChange(false);
  }

  /** Changes the design; edits of one mark, each within `within` milliseconds of the last, are undone together. */
  edit(change: (design: Design) => Design, mark = "", within = COALESCE): void {
    this.become(commit(this.history, change(this.design), mark, within));
  }

  training(change: Partial<Training>, mark = ""): void {
    this.edit((design) => changeTraining(design, change), mark);
  }

  choose(info: DatasetRow): void {
    const { design, recipe, kept } = moveTo(this.design, this.dataset, info, Object.values(this.presets));
    this.edit(() => design);
    if (kept.length === 0) return;
    const words = (names: (keyof Training)[]) =>
      names.map((name) => settingWords(name, design.spec.training[name])).join(", ");
    const { title = "", set = {} } = design.ofTemplate ?? {};
    const [of, own] = [kept.filter((name) => name in set), kept.filter((name) => !(name in set))];
    const parts = [own.length > 0 && `as you set it: ${words(own)}`, of.length > 0 && `for “${title}”: ${words(of)}`];
    notices.say("info", `${info.title} has the values of “${recipe}” now. Kept ${parts.filter(Boolean).join("; ")}.`);
  }

  /** Takes a template's network, and says what it changed in the training: that can be undone by itself. */
  takeTemplate(template: TemplateRow): void {
    const before = this.spec.training;
    this.edit((design) => applyTemplate(design, template));
    const changes = changesInWords(before, this.spec.training);
    if (changes.length === 0) return;
    const undone = () => this.edit(withoutTemplateSettings);
    const action = this.design.ofTemplate && { label: "Undo the settings", run: undone };
    notices.settle(TEMPLATE);
    const words = `“${template.title}” changed the training: ${changes.join(", ")}.`;
    notices.say("info", words, { ...(action && { action }), about: TEMPLATE });
  }

  /** Asks anew which data sets there are. */
  async readDatasets(): Promise<void> {
    this.datasets = await api.datasets();
    void this.check();
  }

  async fetchDataset(name: string): Promise<void> {
    await api.fetchDataset(name);
    notices.settle(`data ${name}`);
    notices.say("info", "The data is being fetched. You can go on designing meanwhile.");
    void this.followFetch(name);
  }

  private async followFetch(name: string): Promise<void> {
    clearTimeout(this.fetchTimer);
    try {
      this.datasets = await api.datasets();
    } catch {
      // The banner already says that the line is lost; the next turn asks again.
    }
    const info = this.datasets.find((row) => row.name === name);
    if (info?.available) {
      notices.say("success", `${info.title} is here.`);
      void this.check();
    } else if (info?.fetching?.error) {
      const { message, hint } = info.fetching.error;
      notices.say("error", [message, hint].filter(Boolean).join(" "), { about: `data ${name}` });
    } else this.fetchTimer = setTimeout(() => void this.followFetch(name), DATASETS_EVERY);
  }

  undo(): void {
    this.become(undo(this.history));
  }

  redo(): void {
    this.become(redo(this.history));
  }

  /** Takes the design of a link that was put into the address while the page was open. */
  follow(linked: string): void {
    if (linked === this.code()) return;
    const found = decodeDesign(linked);
    if (found) this.edit(() => found);
    else notices.say("warning", "The design in the link could not be read; your own stays.");
  }

  /** Takes a run's document as the design; the one before comes back by undo. */
  take(spec: RunSpec): void {
    const copy = structuredClone(spec);
    const first = copy.network.layers.find(({ neuron }) => neuron !== null);
    const newNeuron = structuredClone(first?.neuron ?? this.design.newNeuron);
    this.edit(() => ({ spec: copy, newNeuron }));
  }

  code(): string {
    return encodeDesign(this.design);
  }

  measured(speed: Speed): void {
    this.speed = blended(this.speed, speed);
    remember(SPEED_KEY, this.speed);
  }

  get faults(): Fault[] {
    const known = new Set(this.misfits.map(wordsOf));
    return [...this.misfits, ...this.told.filter((fault) => !known.has(wordsOf(fault)))];
  }

  set faults(faults: Fault[]) {
    this.told = faults;
  }

  faultsAt(path: string): Fault[] {
    return this.faults.filter((fault) => fault.path === path);
  }

  warningsAt(path: string): Fault[] {
    return this.warnings.filter((warning) => warning.path === path);
  }

  faultsBelow(path: string): Fault[] {
    return this.faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  }

  private become(next: History<Design>): void {
    if (next === this.history) return;
    const before = this.spec.network;
    // A shape that was mended is not at fault until the server has answered.
    const mended = new Set(this.misfits.map(wordsOf));
    this.told = this.told.filter((fault) => !mended.has(wordsOf(fault)));
    this.history = next;
    this.pristine = false;
    const code = this.code();
    remember(DESIGN_KEY, code);
    rememberInTab(DESIGN_KEY, code);
    this.onChange(before !== this.spec.network);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_AFTER);
    if (this.templates.length > 0) void this.fetchTemplates();
  }

  /** Asks the server what it thinks; only the answer to the newest question counts. */
  async check(): Promise<boolean> {
    clearTimeout(this.timer);
    this.checking?.abort();
    const asking = new AbortController();
    this.checking = asking;
    try {
      const said = await api.check(this.spec, asking.signal);
      if (asking.signal.aborted) return false;
      this.faults = said.faults;
      this.warnings = said.warnings;
      notices.settle("Checking the design");
      notices.settle(({ about, path }) => about === DESIGN && !said.faults.some((fault) => fault.path === path));
      return said.ok;
    } catch (thrown) {
      if (asking.signal.aborted) return false;
      const error = asApiError(thrown);
      if (error.faults.length > 0) this.faults = error.faults;
      else if (error.code !== "unreachable") notices.fault(thrown, "Checking the design");
      return false;
    }
  }
}

export const workbench = new Workbench();
