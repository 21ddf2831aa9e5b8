import {
  api,
  asApiError,
  faultText,
  LiveSocket,
  type Fault,
  type FoundModule,
  type ImportedWeights,
  type Listener,
  type Network,
  type Neuron,
  type RunCommand,
  type RunSpec,
  type SaidOfWeights,
  type StudyMessage,
} from "../api";
import { costOf } from "./cost";
import { notices, SERVER } from "./notices.svelte";
import { runs } from "./runs.svelte";
import { settings } from "./settings.svelte";
import { readAddress, writeAddress, type Address, type Page } from "./url";
import { weights } from "./weights.svelte";
import { isActive } from "./words";
import { DESIGN, workbench } from "./workbench.svelte";

/** A state dict that fits the design in more than one way. */
export interface DoubtfulFile {
  file: File;
  network: Network;
  modules: FoundModule[];
  /** What was said of it and did not do, by name of module. */
  said: Record<string, number>;
  faults: Fault[];
}

export type Tab = "design" | "training" | "results" | "inside" | "runs";
export const TABS: Tab[] = ["design", "training", "results", "inside", "runs"];

const ADDRESS_AFTER = 250;
/** Failed tries of the line until the server is asked why. */
const ASK_WHY_EVERY = 2;

/** Joins the rooms: the line to the server, the open run, the stage, the address. */
export class Session {
  /** What the stage shows: the design on the bench, or the open run. */
  stage = $state<"design" | "run">("design");
  tab = $state<Tab>("training");
  page = $state<Page>("workbench");
  private forBench: Neuron[] = [];
  /** Ids of the runs chosen to be compared, in the order of choice. */
  chosen = $state.raw<string[]>([]);
  /** The study that is open on its page. */
  study = $state<string | null>(null);
  line = $state.raw<{ state: "connecting" | "open" | "closed"; attempt: number; retryAt: number }>({
    state: "connecting",
    attempt: 0,
    retryAt: 0,
  });
  /** A NIR file whose time step is asked for, the run that it became with an assumed one, and that. */
  untimed = $state.raw<{ file: File; run: string; seconds: number } | null>(null);
  /** State dicts that fit the design in more than one way, each until a person said how or gave up. */
  doubtful = $state.raw<DoubtfulFile[]>([]);
  /** A request under way that the primary button waits for. */
  busy = $state(false);
  private socket: LiveSocket | null = null;
  private readonly studyListeners = new Set<(message: StudyMessage) => void>();
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private lost = false;

  /** Opens the page's line and takes up what the address names; gives the function that ends it all. */
  start(): () => void {
    const address = readAddress(location.hash);
    workbench.onChange = (networkChanged) => {
      if (networkChanged) this.stage = "design";
      this.writeLater();
    };
    workbench.restore(address.design);
    this.writeLater();
    this.takeTab(address.tab);
    this.takePlace(address);
    this.socket = new LiveSocket(this.listener());
    this.socket.connect();
    void workbench.load();
    if (address.run) void this.open(address.run, { quiet: true });
    const moved = (event: PopStateEvent) => this.followAddress(event.state !== null);
    addEventListener("popstate", moved);
    return () => {
      removeEventListener("popstate", moved);
      this.socket?.close();
    };
  }

  private listener(): Listener {
    return {
      runs: (rows) => this.takeRuns(rows),
      events: (run, events, next) => {
        runs.takeEvents(run, events, next);
        if (events.some((event) => event.kind === "finished" || event.kind === "failed")) void this.ended();
      },
      frame: (bytes) => this.takeFrame(bytes),
      study: (message) => this.studyListeners.forEach((take) => take(message)),
      fault: ({ code, message, hint }) =>
        notices.say("error", [message, hint].filter(Boolean).join(" "), { about: code === "storage" ? SERVER : "" }),
      line: (state, attempt, retryAt) => this.takeLine(state, attempt, retryAt),
    };
  }

  private takeLine(state: "open" | "closed", attempt: number, retryAt: number): void {
    this.line = { state, attempt, retryAt };
    if (state === "closed") {
      this.lost = true;
      // A browser does not tell why a line was refused; an answer does, and asks for the token where that is it.
      if (attempt % ASK_WHY_EVERY === 0) void api.health().catch(() => {});
    } else if (this.lost) {
      this.lost = false;
      notices.settle(SERVER);
      notices.say("info", "Connected again; everything is up to date.");
      void workbench.load();
      // A run that could not be opened meanwhile is not followed yet.
      if (runs.openId && !runs.detail) void this.open(runs.openId, { quiet: true });
      else void runs.refresh().catch((thrown) => notices.fault(thrown, "Reading the run"));
    }
  }

  retry(): void {
    this.socket?.retry();
  }

  /** Is told of studies until the function that it gives is called. */
  listenStudies(take: (message: StudyMessage) => void): () => void {
    this.studyListeners.add(take);
    return () => this.studyListeners.delete(take);
  }

  watchStudy(study: string | null): void {
    this.socket?.watchStudy(study);
  }

  private takeRuns(rows: Parameters<typeof runs.take>[0]): void {
    notices.settle(SERVER);
    const before = runs.row?.status;
    runs.hear(rows);
    const now = runs.row?.status;
    if (before && now !== before) void this.ended(now === "finished");
    if (runs.openId && !runs.row && runs.detail) {
      notices.say("info", `The run “${runs.detail.name}” was deleted.`);
      this.close();
    }
  }

  /** The open run's status changed: read its results; one that ended just now, here, tells how fast this machine is. */
  private async ended(justNow = false): Promise<void> {
    const id = runs.openId;
    try {
      await runs.refresh();
      notices.settle("Reading the run");
      const detail = runs.detail;
      if (!id || detail?.id !== id) return;
      if (!isActive(detail.status)) await weights.loadFinal(id);
      if (!detail.results) return;
      const { samples_per_second, flops_all_steps } = detail.results;
      if (!justNow || !samples_per_second) return;
      const neuronSteps = (costOf(detail.spec)?.neurons ?? 0) * detail.spec.training.num_steps;
      workbench.measured({ samplesPerSecond: samples_per_second, flopsAllSteps: flops_all_steps, neuronSteps });
    } catch (thrown) {
      if (asApiError(thrown).code !== "unreachable") notices.fault(thrown, "Reading the run");
    }
  }

  private takeFrame(bytes: ArrayBuffer): void {
    try {
      const sequence = weights.take(bytes);
      // Acknowledged after it was drawn: a slow or hidden page is sent fewer frames.
      requestAnimationFrame(() => this.socket?.acknowledge(sequence));
    } catch (thrown) {
      notices.fault(thrown, "Drawing weights");
    }
  }

  setHertz(hertz: number): void {
    settings.set({ hertz });
    this.socket?.setHertz(hertz);
  }

  setLive(live: boolean): void {
    settings.set({ live });
    this.tellLive();
  }

  /** Weights are not sent while another page hides the view. */
  private tellLive(): void {
    this.socket?.setLive(settings.view.live && this.page === "workbench");
  }

  /** Goes to a page; coming back leads to where one was. */
  go(page: Page): void {
    this.moveTo(page, this.study);
  }

  /** Takes a neuron to the bench. */
  tryNeuron(neuron: Neuron): void {
    this.forBench = [structuredClone(neuron)];
    this.go("bench");
  }

  /** Gives what was brought to the bench, once. */
  takeForBench(): Neuron[] {
    const brought = this.forBench;
    this.forBench = [];
    return brought;
  }

  openStudy(study: string | null): void {
    this.moveTo("studies", study);
  }

  choose(runs: string[]): void {
    this.chosen = runs;
    this.writeLater();
  }

  private moveTo(page: Page, study: string | null): void {
    const moved = page !== this.page || study !== this.study;
    [this.page, this.study] = [page, study];
    this.tellLive();
    this.write(moved);
  }

  /** Shows a run: its network, curves, results and newest weights. */
  async open(id: string, { quiet = false, tab = null as Tab | null } = {}): Promise<void> {
    if (runs.openId !== id) {
      weights.clear();
      runs.reset(id);
    }
    this.stage = "run";
    if (!quiet) this.page = "workbench";
    try {
      await runs.refresh();
      if (runs.openId !== id) return;
      const finished = runs.detail?.status === "finished";
      if (tab) this.tab = tab;
      else if (!quiet) this.tab = finished ? "results" : "training";
      this.socket?.watch({ run: id, hertz: settings.view.hertz, eventsAfter: () => runs.next });
      this.tellLive();
      if (!isActive(runs.detail?.status)) await weights.loadFinal(id);
    } catch (thrown) {
      this.openFailed(id, thrown);
    }
    this.write(!quiet);
  }

  private openFailed(id: string, thrown: unknown): void {
    const { code } = asApiError(thrown);
    if (code === "not_found" && runs.openId === id) {
      notices.say("warning", "The run in the address is not here any more.");
      this.close();
    } else if (code !== "unreachable") notices.fault(thrown, "Opening the run");
  }

  close(): void {
    runs.reset(null);
    weights.clear();
    this.stage = "design";
    this.socket?.watch({ run: null, hertz: settings.view.hertz, eventsAfter: () => 0 });
    this.write(true);
  }

  showStage(stage: "design" | "run"): void {
    this.stage = stage;
  }

  show(tab: Tab): void {
    this.tab = tab;
    if (this.page !== "workbench") this.go("workbench");
    else this.write(false);
  }

  /** Checks the design and starts its training; faults stay marked at their fields. */
  async train(): Promise<void> {
    await this.waiting("Starting the training", async () => {
      const { spec, from } = workbench;
      const ok = await workbench.check();
      if (!ok && workbench.faults.length > 0) {
        const first = faultText(workbench.faults[0]);
        const { path } = workbench.faults[0];
        notices.say("error", `The design has faults. ${first}`, { path, about: DESIGN });
        return;
      }
      const row = await api.start(spec, from?.id ?? null);
      workbench.from = null;
      await this.open(row.id, { tab: "training" });
    });
  }

  async command(command: RunCommand, id = runs.openId): Promise<void> {
    if (!id) return;
    const doing = { pause: "Pausing", resume: "Resuming", cancel: "Stopping", step: "Stepping" }[command];
    await this.waiting(doing, async () => {
      await api.command(id, command);
      if (command === "resume" && runs.openId === id) this.watchAgain();
    });
  }

  private watchAgain(): void {
    weights.replay = null;
    this.socket?.watch({ run: runs.openId, hertz: settings.view.hertz, eventsAfter: () => runs.next });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.waiting("Renaming", async () => {
      await api.rename(id, name);
      runs.take(runs.rows.map((row) => (row.id === id ? { ...row, name } : row)));
      if (runs.openId === id) await runs.refresh();
    });
  }

  async remove(id: string): Promise<void> {
    await this.waiting("Deleting", async () => {
      await api.remove(id);
      if (runs.openId === id) this.close();
      runs.drop(new Set([id]));
    });
  }

  /** Keeps a weight file as a run. A state dict cannot say its architecture: then it is that of the bench. */
  async importWeights(file: File, said: SaidOfWeights = {}, network = workbench.spec.network): Promise<void> {
    await this.waiting(`Loading ${file.name}`, async () => {
      const name = file.name.replace(/\.[^.]*$/, "").replace(/[/\\]/g, "-");
      let row: ImportedWeights;
      try {
        row = await api.importWeights(file, name, network, said);
      } catch (thrown) {
        const modules = await doubtfulModules(file, network, thrown);
        if (!modules) throw thrown;
        const { faults } = asApiError(thrown);
        this.doubtful = [...this.doubtful, { file, network, modules, said: said.map ?? {}, faults }];
        return;
      }
      const assumed = row.assumed_dt_s;
      const action = {
        label: "Time step…",
        run: () => (this.untimed = { file, run: row.id, seconds: assumed ?? 0 }),
      };
      // In one message, however much there is to say: of many, only the last stay in sight.
      const words = [`“${row.name}” is loaded.`, ...row.notices].join("\n");
      const level = row.notices.length > 0 ? "warning" : "success";
      notices.say(level, words, assumed === null ? {} : { action });
      await this.open(row.id);
    });
  }

  /** Puts a run's settings on the bench; with `weights`, the next training starts from its weights. */
  copyToBench(spec: RunSpec, weights: { id: string; name: string } | null): void {
    workbench.take(spec);
    workbench.from = weights;
    this.tab = "design";
    this.go("workbench");
    const words = weights ? "The next training starts from these weights." : "The run's settings are the design now.";
    notices.say("info", words);
  }

  async fetchDataset(name: string): Promise<void> {
    await this.waiting("Fetching the data", () => workbench.fetchDataset(name));
  }

  private async waiting(doing: string, work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await work();
      notices.settle(doing);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code === "spec") workbench.faults = error.faults;
      notices.fault(thrown, doing);
    } finally {
      this.busy = false;
    }
  }

  private takeTab(tab: string | null): void {
    if (TABS.includes(tab as Tab)) this.tab = tab as Tab;
  }

  private takePlace({ page, chosen, study }: Address): void {
    this.page = page;
    if (page === "compare") this.chosen = chosen;
    this.study = study;
    this.tellLive();
  }

  /** `ours` tells an address that this page wrote, come back to, from a link that was entered. */
  private followAddress(ours: boolean): void {
    const address = readAddress(location.hash);
    if (!ours && address.design) workbench.follow(address.design);
    this.takeTab(address.tab);
    this.takePlace(address);
    if (address.run && address.run !== runs.openId) void this.open(address.run, { quiet: true });
    else if (!address.run && runs.openId) this.close();
  }

  private writeLater(): void {
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => this.write(false), ADDRESS_AFTER);
  }

  private write(push: boolean): void {
    clearTimeout(this.addressTimer);
    const { page, study, tab } = this;
    const chosen = page === "compare" ? this.chosen : [];
    const hash = writeAddress({ page, chosen, study, run: runs.openId, tab, design: workbench.code() });
    if (hash === location.hash) return;
    const before = readAddress(location.hash);
    const moved = before.run !== runs.openId || before.page !== page || before.study !== study;
    if (push && moved) history.pushState("ours", "", hash);
    else history.replaceState("ours", "", hash);
  }
}

/** The modules of a state dict that was refused because they fit in more than one way; null after another refusal. */
async function doubtfulModules(file: File, network: Network, thrown: unknown): Promise<FoundModule[] | null> {
  if (asApiError(thrown).code !== "mismatch") return null;
  const modules = await api.modulesOf(file, network).catch(() => []);
  return modules.some(({ layer }) => layer === null) ? modules : null;
}

export const session = new Session();
