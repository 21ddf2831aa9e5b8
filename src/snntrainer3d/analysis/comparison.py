"""Comparing runs that somebody chose: the statistics that their data allow, and refusals of the others."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Int64

from snntrainer3d.analysis.statistics import (
    McNemar,
    Refusal,
    Wilcoxon,
    agreement,
    bootstrap,
    confusion_difference,
    holm,
    mcnemar,
    wilcoxon,
    wilson,
)
from snntrainer3d.errors import InputError, LimitError

MAX_RUNS_COMPARED = 100
MAX_PAIRS_SHOWN = 45
"""Sample by sample, every two of ten runs; of more runs each is compared with the best alone."""


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """What is known of one run's test."""

    run: str
    name: str
    dataset: str
    settings: Hashable
    """What the run is a repetition of: equal for runs that differ by seed and name alone."""
    seed: int
    confusion: Int64[np.ndarray, "label decision"]
    classes: int
    """Of the data set; a network may have more outputs."""
    decisions: Int64[np.ndarray, "sample"] | None
    """On the test set, in its order; None where they were not kept."""

    @property
    def right(self) -> int:
        """Give the number of samples decided right."""
        return int(np.trace(self.confusion))

    @property
    def samples(self) -> int:
        """Give the number of samples."""
        return int(self.confusion.sum())


def compare_runs(evidence: Sequence[Evidence], labels: Mapping[str, Int64[np.ndarray, "sample"]]) -> dict[str, Any]:
    """Give intervals of each run, tests of pairs on the same images, and tests of settings over seeds.

    Args:
        labels: of the test set of each data set.

    Returns:
        Plain values: `runs`, `pairs`, `settings`; where a statistic would be wrong, `{"refusal": …}` stands in its
        place.

    Raises:
        InputError: fewer than two runs, or one twice.
        LimitError: more than MAX_RUNS_COMPARED.
    """
    check_choice([one.run for one in evidence])
    return {
        "runs": [_run(one) for one in evidence],
        "pairs": _pairs(evidence, labels),
        "settings": _settings(evidence),
    }


def check_choice(runs: Sequence[str]) -> None:
    """Refuse fewer than two runs, one twice, and too many; raises InputError, LimitError."""
    if len(runs) < 2 or len(set(runs)) < len(runs):
        raise InputError("Two different runs or more are needed.", path="runs", hint="Choose another run.")
    if len(runs) > MAX_RUNS_COMPARED:
        raise LimitError(f"{len(runs)} runs were chosen, at most {MAX_RUNS_COMPARED} are compared.", path="runs")


def _run(one: Evidence) -> dict[str, Any]:
    return {
        "run": one.run,
        "name": one.name,
        "dataset": one.dataset,
        "seed": one.seed,
        "accuracy": asdict(wilson(one.right, one.samples)),
        "macro_f1": asdict(bootstrap(one.confusion, "macro_f1", classes=one.classes)),
    }


def _pairs(evidence: Sequence[Evidence], labels: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    chosen = list(combinations(evidence, 2))
    if len(chosen) > MAX_PAIRS_SHOWN:
        best = max(evidence, key=lambda one: one.right / one.samples)
        chosen = [(best, other) for other in evidence if other is not best]
    tests = [_mcnemar(first, second, labels) for first, second in chosen]
    corrected = iter(holm([test.p for test in tests if isinstance(test, McNemar)]))
    return [
        {
            "first": first.run,
            "second": second.run,
            "difference": (first.right * second.samples - second.right * first.samples)
            / (first.samples * second.samples),
            "mcnemar": _shown(test, next(corrected) if isinstance(test, McNemar) else None),
            "agreement": _agreement(first, second, labels),
            "confusion_difference": _difference(first, second),
        }
        for (first, second), test in zip(chosen, tests, strict=True)
    ]


def _mcnemar(first: Evidence, second: Evidence, labels: Mapping[str, np.ndarray]) -> McNemar | Refusal:
    if refused := _not_comparable(first, second):
        return refused
    assert first.decisions is not None
    assert second.decisions is not None
    wanted = labels[first.dataset]
    return mcnemar(first.decisions == wanted, second.decisions == wanted)


def _agreement(first: Evidence, second: Evidence, labels: Mapping[str, np.ndarray]) -> dict[str, Any]:
    if refused := _not_comparable(first, second):
        return _shown(refused)
    assert first.decisions is not None
    assert second.decisions is not None
    return _shown(agreement(first.decisions, second.decisions, labels[first.dataset]))


def _difference(first: Evidence, second: Evidence) -> dict[str, Any]:
    if first.dataset != second.dataset:
        return _shown(_other_data(first, second))
    found = confusion_difference(first.confusion, second.confusion)
    if isinstance(found, Refusal):
        return _shown(found)
    return {"cells": found.cells.tolist(), "sentence": found.sentence}


def _not_comparable(first: Evidence, second: Evidence) -> Refusal | None:
    if first.dataset != second.dataset:
        return _other_data(first, second)
    if first.decisions is None or second.decisions is None:
        missing = first if first.decisions is None else second
        return Refusal("no_decisions", f"The decisions of {missing.name} are not known.", "Evaluate the run first.")
    return None


def _other_data(first: Evidence, second: Evidence) -> Refusal:
    return Refusal(
        "different_test_sets",
        f"{first.name} was tested on {first.dataset}, {second.name} on {second.dataset}: figures on different test "
        "sets cannot be compared.",
        "Choose runs on the same data set.",
    )


def _settings(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Compare every two settings over the seeds that both have."""
    groups: dict[Hashable, list[Evidence]] = {}
    for one in evidence:
        groups.setdefault((one.dataset, one.settings), []).append(one)
    chosen = [
        (first, second) for first, second in combinations(groups.values(), 2) if first[0].dataset == second[0].dataset
    ]
    if len(groups) < 2:
        return []
    tests = [_wilcoxon(first, second, len(chosen)) for first, second in chosen]
    corrected = iter(holm([test.p for test in tests if isinstance(test, Wilcoxon)]) if tests else [])
    return [
        {
            "first": [one.run for one in first],
            "second": [one.run for one in second],
            "wilcoxon": _shown(test, next(corrected) if isinstance(test, Wilcoxon) else None),
        }
        for (first, second), test in zip(chosen, tests, strict=True)
    ]


def _wilcoxon(first: Sequence[Evidence], second: Sequence[Evidence], comparisons: int) -> Wilcoxon | Refusal:
    for group in (first, second):
        if len({one.seed for one in group}) < len(group):
            return Refusal(
                "pseudo_replication",
                f"The same settings and seed come twice, as in {group[0].name}: that is the same network again.",
                "Keep one run of each seed.",
            )
    whole = math.lcm(*(one.samples for one in (*first, *second)))  # the samples, where all have the same test set
    ones, others = ({one.seed: one.right * (whole // one.samples) for one in group} for group in (first, second))
    seeds = sorted(ones.keys() & others.keys())
    pairs = [ones[seed] for seed in seeds], [others[seed] for seed in seeds]
    return wilcoxon(*pairs, seeds, unit=1 / whole, comparisons=comparisons)


def _shown(found: Any, corrected: float | None = None) -> dict[str, Any]:
    if isinstance(found, Refusal):
        return {"refusal": asdict(found)}
    return asdict(found) if corrected is None else {**asdict(found), "p_holm": corrected}
