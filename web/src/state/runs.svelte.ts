import { api, type RunEvent, type RunDetail, type RunRow, type SnapshotRow } from "../api";
import { Curves } from "./curves";
import { percent } from "./format";
import { SpeedMeter } from "./speed-meter";
import { notices } from "./notices.svelte";
import { isActive } from "./words";

type Of<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

/** A notice this old came from the run's record, not from what happens now; in seconds. */
const NEWS_SECONDS = 20;

/** The list of runs, and everything known of the one that is open. */
export class Runs {
  rows = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  openId = $state<string | null>(null);
  row = $derived(this.rows.find((row) => row.id === this.openId) ?? null);
  detail = $state.raw<RunDetail | null>(null);

  prepared = $state.raw<Of<"prepared"> | null>(null);
  phase = $state.raw<Of<"phase"> | null>(null);
  update = $state.raw<Of<"update"> | null>(null);
  epoch = $state.raw<Of<"epoch"> | null>(null);
  notices = $state.raw<Of<"notice">[]>([]);
  snapshots = $state.raw<SnapshotRow[]>([]);
  lastWords = $state("");
  /** Line of the open run's record up to which everything is known. */
  next = 0;
  readonly curves = new Curves();
  /** Updates per second, over the last seconds. */
  pace = $state.raw<number | null>(null);
  /** Until the last update; null while that cannot be told. */
  secondsLeft = $state.raw<number | null>(null);
  private readonly meter = new SpeedMeter();
  /** Deleted by this page, and not yet missing from a list of the server's. */
  private readonly deleted = new Set<string>();

  take(rows: RunRow[]): void {
    const there = rows.filter((row) => !this.deleted.has(row.id));
    if (this.loaded) this.announce(there);
    this.rows = there;
    this.loaded = true;
  }

  /** Takes the list as the server tells it; one that was sent before a deletion may still name what is gone. */
  hear(rows: RunRow[]): void {
    const named = new Set(rows.map((row) => row.id));
    for (const id of this.deleted) if (!named.has(id)) this.deleted.delete(id);
    this.take(rows);
  }

  /** Takes runs off the list that were deleted just now. */
  drop(ids: ReadonlySet<string>): void {
    for (const id of ids) this.deleted.add(id);
    this.take(this.rows);
  }

  /** Lets runs be on the list again that were deleted. */
  welcome(ids: ReadonlySet<string>): void {
    for (const id of ids) this.deleted.delete(id);
  }

  /** Forgets the run that was open and begins to know another. */
  reset(id: string | null): void {
    notices.settle(`health of ${this.openId}`);
    this.openId = id;
    this.detail = null;
    this.prepared = this.phase = this.update = this.epoch = null;
    this.notices = [];
    this.snapshots = [];
    this.lastWords = "";
    this.next = 0;
    this.curves.clear();
    this.meter.begin(0);
    this.pace = this.secondsLeft = null;
  }

  async refresh(): Promise<void> {
    const id = this.openId;
    if (!id) return;
    const detail = await api.run(id);
    if (this.openId === id) this.detail = detail;
  }

  takeEvents(run: string, events: RunEvent[], next: number): void {
    if (run !== this.openId || next <= this.next) return;
    // After a reconnection the same lines may come twice, once asked for and once pushed.
    const fresh = events.slice(Math.max(0, events.length - (next - this.next)));
    this.next = next;
    this.curves.take(fresh);
    const heard: Of<"notice">[] = [];
    const kept: SnapshotRow[] = [];
    for (const event of fresh) this.note(event, heard, kept);
    this.pace = this.meter.updatesPerSecond;
    this.secondsLeft = this.prepared && this.update && this.meter.secondsTo(this.prepared.total_updates);
    if (heard.length > 0) this.notices = [...this.notices, ...heard];
    if (kept.length > 0) this.snapshots = mergeSnapshots(this.snapshots, kept);
  }

  private note(event: RunEvent, heard: Of<"notice">[], kept: SnapshotRow[]): void {
    if (event.kind === "prepared") this.begin(event);
    else if (event.kind === "state" && event.state === "paused") this.meter.pause();
    else if (event.kind === "phase") this.takePhase(event);
    else if (event.kind === "update") {
      this.update = event;
      this.meter.take(event.at, event.update);
    } else if (event.kind === "epoch") this.epoch = event;
    else if (event.kind === "snapshot") kept.push({ index: event.index, update: event.update, epoch: event.epoch });
    else if (event.kind === "failed" || event.kind === "interrupted") this.lastWords = event.last_words;
    else if (event.kind === "notice") {
      heard.push(event);
      // What is said before the first update was said of the design already, at its field.
      const known = event.level === "info" || (event.level === "warning" && this.update === null);
      const about = `health of ${this.openId}`;
      notices.say(event.level, event.text, { path: event.path, quiet: known || !isNews(event.at), about });
    }
  }

  /** Begins, or goes on from a checkpoint. */
  private begin(event: Of<"prepared">): void {
    this.prepared = event;
    this.meter.begin(event.updates_per_epoch);
    notices.settle(`health of ${this.openId}`);
  }

  private takePhase(event: Of<"phase">): void {
    if (event.phase === "downloading" && this.phase?.phase !== "downloading" && isNews(event.at)) {
      notices.say("info", event.text || "The data set is being downloaded; training begins right after.");
    }
    this.phase = event;
  }

  /** Says how runs ended that were under way a moment ago. */
  private announce(rows: RunRow[]): void {
    const before = new Map(this.rows.map((row) => [row.id, row.status]));
    const now = new Set(rows.map(endOf));
    notices.settle(({ about }) => about.startsWith(END) && !now.has(about));
    for (const row of rows) {
      const about = endOf(row);
      if (!isActive(before.get(row.id)) || isActive(row.status)) continue;
      // What ended while nobody looked is no news: the list shows it.
      if (row.ended_at !== null && !isNews(row.ended_at)) continue;
      if (row.status === "finished") {
        const accuracy = row.test_accuracy == null ? "" : `: test accuracy ${percent(row.test_accuracy)}`;
        notices.say("success", `“${row.name}” is trained${accuracy}.`, { about });
      } else if (row.status === "cancelled") {
        notices.say("info", `“${row.name}” was stopped. It can be resumed from its last checkpoint.`, { about });
      } else if (row.status === "failed") {
        notices.say("error", `“${row.name}” failed. Open it to read why.`, { about });
      } else {
        notices.say("warning", `“${row.name}” was interrupted. It can be resumed from its last checkpoint.`, { about });
      }
    }
  }
}

/** How a run ended, as what is told of it is about: over when it goes on or is deleted. */
const END = "end of ";
const endOf = ({ id, status }: RunRow): string => `${END}${id}: ${status}`;

const isNews = (at: number): boolean => Math.abs(Date.now() / 1000 - at) < NEWS_SECONDS;

function mergeSnapshots(known: SnapshotRow[], fresh: SnapshotRow[]): SnapshotRow[] {
  const merged = new Map(known.map((row) => [row.index, row]));
  for (const row of fresh) merged.set(row.index, row);
  return [...merged.values()].sort((a, b) => a.index - b.index);
}

export const runs = new Runs();
