"""What a study's finished runs gave, gathered for tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import numpy as np
from jaxtyping import Int64

from snntrainer3d.analysis import History
from snntrainer3d.data import load
from snntrainer3d.jobs import read_decisions
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import fan_outs
from snntrainer3d.studies.folder import StudyFolder
from snntrainer3d.studies.plan import Entry, Plan
from snntrainer3d.studies.state import StudyState, state_of


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """One finished run of a study."""

    entry: Entry
    run: str
    results: dict[str, Any]
    decisions: dict[int, Int64[np.ndarray, "sample"]]
    """Number of steps → decisions on the test set."""

    @property
    def test(self) -> dict[str, Any]:
        """Give the scores on the test set."""
        found: dict[str, Any] = self.results["test"]
        return found

    def synaptic_operations(self) -> float:
        """Give additions of a weight per test sample, from the counted spikes of the layers before the output."""
        network, steps = self.entry.spec.network, self.entry.spec.training.num_steps
        together = zip(self.results["rates"], network.spiking_sizes(), fan_outs(network), strict=True)
        return float(sum(rate * size * steps * weights for rate, size, weights in together))


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """A study with everything that its report needs."""

    plan: Plan
    state: StudyState
    trained: tuple[Trained, ...]
    labels: Int64[np.ndarray, "sample"]
    """Of the test set; of the first run's data set where a study has several."""
    environment: dict[str, Any]

    def of(self, **settings: Any) -> list[Trained]:
        """Give the finished runs with these settings, by seed."""
        wanted = {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}
        found = [one for one in self.trained if wanted.items() <= _plain(one.entry.settings).items()]
        return sorted(found, key=lambda one: one.entry.seed)

    def right(self, one: Trained, steps: int) -> np.ndarray:
        """Give whether each test sample was decided right."""
        return one.decisions[steps] == self.labels


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over seeds: mean and, from two on, sample standard deviation."""

    mean: float
    deviation: float | None
    runs: tuple[str, ...]

    def percent(self, digits: int = 2) -> str:
        """Write it as per cent."""
        spread = "" if self.deviation is None else f" ± {self.deviation * 100:.{digits}f}"
        return f"{self.mean * 100:.{digits}f}{spread}"

    def number(self, digits: int = 2) -> str:
        """Write it as a number."""
        spread = "" if self.deviation is None else f" ± {self.deviation:,.{digits}f}"
        return f"{self.mean:,.{digits}f}{spread}"


def spread(values: Sequence[float], runs: Sequence[Trained]) -> Spread | None:
    """Summarise one value per run; None where there is no run."""
    if not values:
        return None
    return Spread(fmean(values), stdev(values) if len(values) > 1 else None, tuple(one.run for one in runs))


def outcome_of(study: StudyFolder, store: RunStore) -> Outcome:
    """Gather the finished runs of a study; the decisions that were kept are read, nothing is computed again."""
    plan = study.read_plan()
    state = state_of(study, store, plan)
    done = [found for found in state.entries if found.status == "finished"]
    trained = tuple(_trained(found.entry, found.run_id, plan, store) for found in done)
    dataset = plan.entries[0].spec.training.dataset
    labels = load(dataset).test.labels.astype(np.int64)
    environment = store.get(done[0].run_id).environment if done else {}
    return Outcome(plan, state, trained, labels, environment)


def histories(outcome: Outcome, store: RunStore) -> dict[str, History]:
    """Give the curves of every finished run: run id → history."""
    return {one.run: store.metrics(one.run) for one in outcome.trained}


def _trained(entry: Entry, run: str, plan: Plan, store: RunStore) -> Trained:
    folder = store.folder(run)
    steps = {entry.spec.training.num_steps, *plan.study.decide_steps}
    decisions = {count: read_decisions(folder, count).astype(np.int64) for count in steps}
    return Trained(entry, run, store.results(run), decisions)


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}
