"""The runs of a tuning as they stand, in a file of their own: whoever shows them need not read Optuna's journal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.folder import StudyFolder

State = Literal["running", "complete", "pruned", "fail"]
_RANK = {"complete": 2, "pruned": 1}


@dataclass(frozen=True, slots=True)
class Trial:
    """One run that was tried."""

    number: int
    settings: dict[str, Any]
    run: str
    state: str
    """complete, pruned or fail, as Optuna calls it; running before."""
    validation_accuracy: float | None
    """Of the last epoch that was trained."""

    def to_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Trials:
    """All runs of a tuning, in their order, and how many there are to be."""

    wanted: int
    every: tuple[Trial, ...]

    def ranked(self) -> list[Trial]:
        """Give the best first: those trained to their end, then those that fell behind, by validation accuracy."""
        return sorted(
            self.every, key=lambda one: (_RANK.get(one.state, 0), one.validation_accuracy or 0.0), reverse=True
        )

    def counts(self) -> dict[str, int]:
        """Give how many are in each state that occurs, and how many are still to come as `waiting`."""
        found: dict[str, int] = {}
        for trial in self.every:
            found[trial.state] = found.get(trial.state, 0) + 1
        left = self.wanted - len(self.every)
        return {**found, "waiting": left} if left > 0 else found

    def status(self, busy: bool) -> Literal["running", "finished", "stopped", "planned"]:
        """Give one word."""
        if busy:
            return "running"
        if sum(trial.state != "running" for trial in self.every) >= self.wanted:
            return "finished"
        return "stopped" if self.every else "planned"

    def with_trial(self, trial: Trial) -> Trials:
        """Give the trials with one added, or put in the place of the one with its number."""
        others = [one for one in self.every if one.number != trial.number]
        return replace(self, every=tuple(sorted([*others, trial], key=lambda one: one.number)))


def read_trials(study: StudyFolder) -> Trials | None:
    """Give the trials of a tuning; None for a study that was never tuned, or whose file cannot be read."""
    try:
        found = json.loads(study.trials_file.read_bytes())
        return Trials(found["wanted"], tuple(Trial(**trial) for trial in found["trials"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_trials(study: StudyFolder, trials: Trials) -> None:
    """Write the trials; raises StorageError."""
    document = {"wanted": trials.wanted, "trials": [trial.to_dict() for trial in trials.every]}
    write_atomically(study.trials_file, json.dumps(document), durable=False)
