/** What is done to runs from a list; each says what it did, and how it is undone. */
import { api, libraryApi, type ChangeRun, type RunDetail, type RunRow } from "../../api";
import { notices } from "../notices.svelte";
import { runs } from "../runs.svelte";
import { session } from "../session.svelte";
import { isActive } from "../words";

const named = (rows: RunRow[]): string => (rows.length === 1 ? `“${rows[0].name}”` : `${rows.length} runs`);

/** Does the same to every run, goes on after a failure, and says what failed. Gives those that it was done to. */
async function each(rows: RunRow[], doing: string, work: (row: RunRow) => Promise<unknown>): Promise<RunRow[]> {
  const done: RunRow[] = [];
  const failures: unknown[] = [];
  for (const row of rows) {
    try {
      await work(row);
      done.push(row);
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length === 0) notices.settle(doing);
  else {
    const left = failures.length > 1 ? ` (${failures.length} runs)` : "";
    notices.fault(failures[0], doing, left);
  }
  return done;
}

async function change(rows: RunRow[], doing: string, changeOf: (row: RunRow) => Partial<ChangeRun>): Promise<RunRow[]> {
  const changed = new Map<string, RunRow>();
  const done = await each(rows, doing, async (row) =>
    changed.set(row.id, await libraryApi.change(row.id, changeOf(row))),
  );
  runs.take(runs.rows.map((row) => changed.get(row.id) ?? row));
  if (runs.openId !== null && changed.has(runs.openId)) await runs.refresh();
  return done;
}

export const deeds = {
  rename: (row: RunRow, name: string) => change([row], "Renaming", () => ({ name })),

  note: (row: RunRow, notes: string) => change([row], "Keeping the notes", () => ({ notes })),

  tag: (rows: RunRow[], tag: string) =>
    change(
      rows.filter((row) => !row.tags.includes(tag)),
      "Tagging",
      (row) => ({ tags: [...row.tags, tag] }),
    ),

  untag: (rows: RunRow[], tag: string) =>
    change(
      rows.filter((row) => row.tags.includes(tag)),
      "Taking the tag away",
      (row) => ({ tags: row.tags.filter((one) => one !== tag) }),
    ),

  async archive(rows: RunRow[], archived = true): Promise<void> {
    const done = await change(rows, archived ? "Archiving" : "Taking out of the archive", () => ({ archived }));
    if (done.length === 0) return;
    const undo = { label: "Undo", run: () => void deeds.archive(current(done), !archived) };
    const words = archived ? "in the archive" : "back in the list";
    notices.say("info", `${named(done)}: ${words}.`, { action: undo });
  },

  /** Puts runs into the trash; a training must be stopped first. */
  async remove(rows: RunRow[]): Promise<void> {
    const busy = rows.filter((row) => isActive(row.status));
    if (busy.length > 0) {
      notices.say("warning", `${named(busy)}: still training. Stop it before you delete it.`);
    }
    const wanted = rows.filter((row) => !isActive(row.status));
    const done = await each(wanted, "Deleting", (row) => api.remove(row.id));
    if (done.length === 0) return;
    const gone = new Set(done.map((row) => row.id));
    if (runs.openId && gone.has(runs.openId)) session.close();
    session.choose(session.chosen.filter((id) => !gone.has(id)));
    runs.drop(gone);
    const undo = { label: "Undo", run: () => void deeds.restore(done) };
    notices.say("info", `${named(done)}: in the trash for 30 days.`, { action: undo });
  },

  async restore(rows: RunRow[]): Promise<void> {
    const done = await each(rows, "Restoring", (row) => libraryApi.restore(row.id));
    if (done.length === 0) return;
    runs.welcome(new Set(done.map((row) => row.id)));
    runs.take(await api.runs());
    notices.say("success", `${named(done)}: back in the list.`);
  },

  /** Takes a file: a whole run as it was exported, or weights of a network. */
  async take(file: File): Promise<void> {
    if (!/\.zip$/i.test(file.name)) return session.importWeights(file);
    try {
      const row = await libraryApi.importRun(file);
      runs.welcome(new Set([row.id]));
      runs.take([row, ...runs.rows.filter(({ id }) => id !== row.id)]);
      notices.say("success", `“${row.name}” is imported.`, {
        action: { label: "Open", run: () => void session.open(row.id) },
      });
      for (const text of row.notices) notices.say("warning", text);
    } catch (thrown) {
      notices.fault(thrown, `Importing ${file.name}`);
    }
  },

  /** Puts a run's document on the bench, to be changed and trained again under a name of its own. */
  duplicate(detail: RunDetail): void {
    const from = runs.rows.find((row) => row.id === detail.start_from);
    const spec = structuredClone(detail.spec);
    spec.training.name = "";
    session.copyToBench(spec, from ? { id: from.id, name: from.name } : null);
  },

  async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      notices.say("success", `${what} copied.`);
    } catch {
      notices.say("warning", "The browser did not allow to copy: mark the text and copy it by hand.");
    }
  },
};

/** The rows as they are now, after they were changed. */
function current(rows: RunRow[]): RunRow[] {
  const wanted = new Set(rows.map((row) => row.id));
  return runs.rows.filter((row) => wanted.has(row.id));
}
