"""How far a study is: each entry with its run, as the store knows it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from snntrainer3d.errors import NotFoundError
from snntrainer3d.runs import RunRow, RunStore
from snntrainer3d.studies.folder import StudyFolder
from snntrainer3d.studies.plan import Entry, Plan, seconds_of

EntryStatus = Literal[
    "waiting", "queued", "running", "paused", "finished", "cancelled", "failed", "interrupted", "deleted"
]


@dataclass(frozen=True, slots=True)
class EntryState:
    """One run of the plan; `run` is None while it waits and after its run was deleted."""

    entry: Entry
    status: EntryStatus
    run_id: str
    """Empty while it waits; kept when the run was deleted."""
    run: RunRow | None


@dataclass(frozen=True, slots=True)
class StudyState:
    """A study at a moment."""

    id: str
    name: str
    created_at: float
    busy: bool
    """Whether a process works on it."""
    entries: tuple[EntryState, ...]

    @property
    def status(self) -> Literal["running", "finished", "incomplete", "stopped", "planned"]:
        """Give one word: incomplete where runs failed or were deleted and nothing is left to do."""
        counts = self.counts()
        if self.busy:
            return "running"
        if counts.get("finished", 0) == len(self.entries):
            return "finished"
        if counts.get("waiting", 0) == len(self.entries):
            return "planned"
        open_ones = len(self.entries) - sum(counts.get(word, 0) for word in ("finished", "failed", "deleted"))
        return "stopped" if open_ones else "incomplete"

    def counts(self) -> dict[str, int]:
        """Give how many entries are in each status that occurs."""
        found: dict[str, int] = {}
        for state in self.entries:
            found[state.status] = found.get(state.status, 0) + 1
        return found

    def leaders(self, most: int = 10) -> list[EntryState]:
        """Give the best finished runs: by validation accuracy where all have one, else by test accuracy.

        Choosing by the test set flatters; a study that chooses should keep validation samples.
        """
        done = [state for state in self.entries if state.run is not None and state.status == "finished"]
        validated = chosen_by(self) == "validation_accuracy"
        return sorted(done, key=lambda state: _score(state, validated), reverse=True)[:most]

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, as `GET /api/studies/{id}` gives them."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "created_at": self.created_at,
            "total": len(self.entries),
            "counts": self.counts(),
            "entries": [_plain(state) for state in self.entries],
            "leaders": [state.entry.key for state in self.leaders()],
        }


def chosen_by(state: StudyState) -> Literal["validation_accuracy", "test_accuracy"]:
    """Tell what the leaders are chosen by."""
    done = [found.run for found in state.entries if found.run is not None and found.status == "finished"]
    return "validation_accuracy" if all(run.validation_accuracy is not None for run in done) else "test_accuracy"


def seconds_left(state: StudyState, workers: int) -> float:
    """Estimate how long a study goes on, by what its finished runs took beside what was estimated of them."""
    took, estimated, left = 0.0, 0.0, 0.0
    for found in state.entries:
        seconds = seconds_of(found.entry.spec)
        if found.run is not None and found.status == "finished" and found.run.started_at and found.run.ended_at:
            took, estimated = took + found.run.ended_at - found.run.started_at, estimated + seconds
        elif found.status != "finished":
            progress = found.run.progress if found.run is not None else None
            done = progress.update / progress.total_updates if progress and progress.total_updates else 0.0
            left += seconds * (1.0 - done)
    return left * (took / estimated if estimated else 1.0) / max(1, workers)


def state_of(
    study: StudyFolder, store: RunStore, plan: Plan | None = None, rows: Mapping[str, RunRow] | None = None
) -> StudyState:
    """Look up every entry's run, in `rows` where they are given; raises what `read_plan` raises."""
    plan = plan or study.read_plan()
    members = study.members()
    rows = {row.id: row for row in store.list()} if rows is None else rows
    entries = tuple(_entry_state(entry, members.get(entry.key, ""), rows) for entry in plan.entries)
    return StudyState(study.id, plan.study.name, study.created_at, study.busy(), entries)


def _entry_state(entry: Entry, run: str, rows: Mapping[str, RunRow]) -> EntryState:
    if not run:
        return EntryState(entry, "waiting", "", None)
    row = rows.get(run)
    return EntryState(entry, row.status, run, row) if row is not None else EntryState(entry, "deleted", run, None)


def _score(state: EntryState, validated: bool) -> float:
    assert state.run is not None
    return (state.run.validation_accuracy if validated else state.run.test_accuracy) or 0.0


def _plain(state: EntryState) -> dict[str, Any]:
    row = state.run
    return {
        "key": state.entry.key,
        "settings": state.entry.settings,
        "seed": state.entry.seed,
        "name": state.entry.spec.training.name,
        "status": state.status,
        "run": state.run_id or None,
        "test_accuracy": row.test_accuracy if row else None,
        "validation_accuracy": row.validation_accuracy if row else None,
        "progress": row.progress.model_dump(mode="json") if row and row.progress else None,
    }


def find_run(store: RunStore, run: str) -> RunRow | None:
    """Give a run's row; None where it was deleted."""
    try:
        return store.get(run)
    except NotFoundError:
        return None
