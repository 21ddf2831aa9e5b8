"""Studies as the API shows them: plain values, ready to be sent, and what a person tells a study."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from snntrainer3d.errors import Fault, InputError, NotFoundError
from snntrainer3d.runs import RunRow, RunStore
from snntrainer3d.spec import Study, cost_of, parse_study
from snntrainer3d.studies import (
    BUILT_IN,
    Order,
    Plan,
    StudyFolder,
    StudyStore,
    Trial,
    check_tunable,
    chosen_by,
    cores,
    make_plan,
    read_report,
    read_trials,
    report_file,
    seconds_left,
    seconds_of,
    start,
    state_of,
    stop,
    study_id,
    write_report_apart,
)

MOST_SHOWN = 200
"""Entries of a plan that are sent."""
Plain = dict[str, Any]


class StudyViews:
    """Everything that routes and socket ask of the studies."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._studies = StudyStore(store.home)
        self._plans: dict[str, Plan] = {}
        self._turn = threading.Lock()

    def rows(self) -> list[Plain]:
        """Give all studies, newest first; one that cannot be read says so in its row's place."""
        folders = self._studies.list()
        runs = {row.id: row for row in self._store.list()} if folders else {}
        return [self._row_or_fault(folder, runs) for folder in folders]

    def detail(self, study: str) -> Plain:
        """Give one study in full."""
        folder = self._studies.find(study)
        plan = self._plan(folder)
        runs = {row.id: row for row in self._store.list()}
        state = state_of(folder, self._store, plan, runs)
        trials = read_trials(folder)
        order = folder.read_order()
        return {
            **self._row(folder, runs),
            "document": plan.study.model_dump(mode="json"),
            "entries": [] if trials else state.to_dict()["entries"],
            "leaders": [] if trials else [found.entry.key for found in state.leaders()],
            "chosen_by": "validation_accuracy" if trials else chosen_by(state),
            "trials": [trial.to_dict() for trial in trials.ranked()] if trials else None,
            "workers": order.workers,
            "seconds_left": seconds_left(state, order.workers or cores()) if state.busy and not trials else None,
        }

    def built_in(self, seeds: int) -> list[Plain]:
        """Give the studies that come with the program."""
        return [
            {"name": name, "title": one.title, "summary": one.summary, "study": one.make(seeds).model_dump(mode="json")}
            for name, one in BUILT_IN.items()
        ]

    def plan(self, document: Any, workers: int | None) -> Plain:
        """Tell what a study would train; with its faults where it would not."""
        try:
            study = parse_study(document)
            made = make_plan(study)
        except InputError as error:
            return _faulty(list(error.faults), workers or cores())
        count = max(1, min(workers or cores(), len(made.entries)))
        return {
            "ok": True,
            "faults": [],
            "runs": len(made.entries),
            "settings": len(made.entries) // len(study.seeds),
            "seeds": len(study.seeds),
            "workers": count,
            "seconds": made.seconds(count),
            "id": study_id(study),
            "known": self._known(study),
            "entries": [
                {
                    "key": entry.key,
                    "settings": entry.settings,
                    "seed": entry.seed,
                    "name": entry.spec.training.name,
                    "parameters": cost_of(entry.spec.network, entry.spec.training.num_steps).parameters,
                    "seconds": seconds_of(entry.spec),
                }
                for entry in made.entries[:MOST_SHOWN]
            ],
        }

    def create(self, document: Any, workers: int | None, *, start: bool) -> Plain:
        """Make a study, or take the one of the same document, and start it."""
        folder = self._studies.create(parse_study(document))
        return self.start(folder.id, workers) if start else self.detail(folder.id)

    def start(self, study: str, workers: int | None, *, replace_deleted: bool = False) -> Plain:
        """Train what is missing of a study."""
        folder = self._studies.find(study)
        start(folder, self._store.home, Order(workers=workers, replace_deleted=replace_deleted))
        return self.detail(folder.id)

    def tune(self, study: str, trials: int | None) -> Plain:
        """Let Optuna choose runs."""
        folder = self._studies.find(study)
        check_tunable(self._plan(folder).study)
        start(folder, self._store.home, Order(kind="tuning", trials=trials))
        return self.detail(folder.id)

    def stop(self, study: str) -> Plain:
        """Stop a study after the present updates."""
        folder = self._studies.find(study)
        stop(folder)
        return self.detail(folder.id)

    def delete(self, study: str) -> None:
        """Delete a study; its runs stay."""
        folder = self._studies.find(study)
        self._studies.delete(folder.id)
        with self._turn:
            self._plans.pop(folder.id, None)

    def report(self, study: str) -> Plain:
        """Give what was written of a study."""
        return read_report(self._studies.find(study))

    def write_report(self, study: str) -> Plain:
        """Write the report of what is finished."""
        folder = self._studies.find(study)
        write_report_apart(folder, self._store.home)
        return read_report(folder)

    def file(self, study: str, path: str) -> bytes:
        """Give a file of a study's report; raises NotFoundError for any other."""
        return report_file(self._studies.find(study), path)

    def _row_or_fault(self, folder: StudyFolder, runs: Mapping[str, RunRow]) -> Plain:
        """Give a study's row; of one that is damaged, or of another release, a row that says so."""
        try:
            return self._row(folder, runs)
        except InputError as error:
            about = {"id": folder.id, "name": folder.id, "kind": "study", "status": "stopped", "error": str(error)}
            return {**about, "created_at": 0.0, "total": 0, "counts": {}, "best": None}

    def _row(self, folder: StudyFolder, runs: Mapping[str, RunRow]) -> Plain:
        state = state_of(folder, self._store, self._plan(folder), runs)
        about: Plain = {
            "id": folder.id,
            "name": state.name,
            "created_at": state.created_at,
            "error": folder.read_error(),
        }
        if (trials := read_trials(folder)) is not None:
            ranked = trials.ranked()
            best = ranked[0] if ranked and ranked[0].state == "complete" else None
            tuning = {"kind": "tuning", "status": trials.status(state.busy), "total": trials.wanted}
            return {**about, **tuning, "counts": trials.counts(), "best": _best_trial(best, runs) if best else None}
        leaders = state.leaders(1)
        best_run = leaders[0].run if leaders else None
        found = None
        if best_run is not None:
            scores = {"test_accuracy": best_run.test_accuracy, "validation_accuracy": best_run.validation_accuracy}
            found = {"run": best_run.id, "settings": leaders[0].entry.settings, **scores}
        study = {"kind": "study", "status": state.status, "total": len(state.entries), "counts": state.counts()}
        return {**about, **study, "best": found}

    def _known(self, study: Study) -> Plain | None:
        try:
            folder = self._studies.find(study_id(study))
        except NotFoundError:
            return None
        return self._row(folder, {row.id: row for row in self._store.list()})

    def _plan(self, folder: StudyFolder) -> Plan:
        """Give a study's plan, which never changes: 10,000 entries take seconds to read."""
        with self._turn:
            if folder.id not in self._plans:
                self._plans[folder.id] = folder.read_plan()
            return self._plans[folder.id]


def _best_trial(trial: Trial, runs: Mapping[str, RunRow]) -> Plain:
    row = runs.get(trial.run)
    return {
        "run": trial.run,
        "settings": trial.settings,
        "test_accuracy": row.test_accuracy if row else None,
        "validation_accuracy": trial.validation_accuracy,
    }


def _faulty(faults: list[Fault], workers: int) -> Plain:
    told = [{"path": fault.path, "message": fault.message, "hint": fault.hint} for fault in faults]
    counts = {"runs": 0, "settings": 0, "seeds": 0, "seconds": 0.0}
    return {"ok": False, "faults": told, **counts, "workers": workers, "id": "", "known": None, "entries": []}
