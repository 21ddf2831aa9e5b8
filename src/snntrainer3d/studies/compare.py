"""Compare runs of a store: gathers what is known of them, has missing decisions computed, and lets analysis judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Int64

from snntrainer3d.analysis import Evidence, check_choice, compare_runs
from snntrainer3d.data import load
from snntrainer3d.errors import ConflictError
from snntrainer3d.jobs import has_decisions, read_decisions
from snntrainer3d.runs import RunDetail, RunFolder, RunStore
from snntrainer3d.studies.pool import Worker, WorkerDiedError
from snntrainer3d.studies.run import cores

_OF_RUN = ("train_seconds", "samples_per_second", "parameters", "flops", "flops_all_steps", "updates", "epochs")


Decide = Callable[[RunFolder, Sequence[int]], None]
"""Computes and keeps the decisions of a finished run on its test set at these numbers of steps."""


@contextmanager
def decide_here(store: RunStore) -> Iterator[Decide]:
    """Give what decides in a process of its own, started when first needed."""
    with closing(Worker(cores(), store.home / "compare.log")) as worker:

        def decide(run: RunFolder, steps: Sequence[int]) -> None:
            # Of one that cannot be decided the tests are then refused, with the reason.
            with suppress(WorkerDiedError):
                worker.do({"folder": str(run.path), "train": False, "steps": list(steps)})

        yield decide


def compare(store: RunStore, references: Sequence[str], *, decide: Decide | None = None) -> dict[str, Any]:
    """Compare finished runs; may take seconds for each run whose decisions were not kept.

    Args:
        decide: computes decisions that were not kept; None leaves them, and their tests are refused.

    Returns:
        What `analysis.compare_runs` gives, each run with its `metrics`, `confusion` and `per_class`; and `differences`:
        the settings in which the runs differ, each a `field` with its `values`, one per run.

    Raises:
        NotFoundError, ConflictError: a run is not there, or has no test yet.
        InputError, LimitError: too few or too many runs, or one twice.
    """
    details = [store.get(reference) for reference in references]
    check_choice([detail.id for detail in details])
    for detail in details:
        if not (detail.results or {}).get("test"):
            raise ConflictError(f"Run {detail.id} has no test yet.", path="runs", hint="Wait until it is finished.")
    if decide is not None:
        for detail in details:
            folder, steps = store.folder(detail.id), [detail.spec.training.num_steps]
            if folder.weights.exists() and not has_decisions(folder, steps):
                decide(folder, steps)
    evidence = [_evidence(store, detail) for detail in details]
    decided = {one.dataset for one in evidence if one.decisions is not None}
    labels = {name: _labels(name) for name in decided}
    found = compare_runs(evidence, labels)
    shown = [{**run, **_figures(detail)} for run, detail in zip(found["runs"], details, strict=True)]
    differ = [{"field": field, "values": values} for field, values in differences(details).items()]
    return {**found, "runs": shown, "differences": differ}


def differences(details: Sequence[RunDetail]) -> dict[str, list[Any]]:
    """Give the settings in which runs differ: dotted field → one value per run, None where a run has no such field."""
    flat = [_flattened(detail.spec.model_dump(mode="json")) for detail in details]
    names = dict.fromkeys(name for fields in flat for name in fields)
    columns = {name: [fields.get(name) for fields in flat] for name in names}
    return {name: values for name, values in columns.items() if any(value != values[0] for value in values[1:])}


def _figures(detail: RunDetail) -> dict[str, Any]:
    """Give what is shown of a run beside what is tested."""
    results = detail.results or {}
    test = results["test"]
    of_test = {name: test.get(name) for name in ("macro_precision", "macro_recall", "macro_f1", "ties", "samples")}
    of_run = {name: results.get(name) for name in _OF_RUN}
    return {
        "title": detail.title,
        "neurons": detail.neurons,
        "metrics": {
            "test_accuracy": test["accuracy"],
            "test_loss": test.get("loss"),
            "validation_accuracy": detail.validation_accuracy,
            **of_test,
            **of_run,
        },
        "confusion": test["confusion"],
        "per_class": test["per_class"],
        "class_names": [row["name"] for row in test["per_class"]],
    }


@cache
def _labels(dataset: str) -> Int64[np.ndarray, "sample"]:
    return load(dataset).test.labels.astype(np.int64)


def _evidence(store: RunStore, detail: RunDetail) -> Evidence:
    folder, training = store.folder(detail.id), detail.spec.training
    known = has_decisions(folder, [training.num_steps])
    assert detail.results is not None
    recipe = training.model_dump(mode="json", exclude={"seed", "name", "pace", "engine"})
    settings = {"network": detail.spec.network.model_dump(mode="json"), "training": recipe}
    return Evidence(
        run=detail.id,
        name=detail.name,
        dataset=training.dataset,
        settings=json.dumps(settings, sort_keys=True),
        seed=training.seed,
        confusion=np.asarray(detail.results["test"]["confusion"], np.int64),
        classes=len(detail.results["test"]["confusion"]),
        decisions=read_decisions(folder, training.num_steps).astype(np.int64) if known else None,
    )


def _flattened(value: Any, name: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        parts = {f"{name}.{key}" if name else key: part for key, part in value.items()}
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        parts = {f"{name}[{place}]": part for place, part in enumerate(value)}
    else:
        return {name: value}
    return {key: found for path, part in parts.items() for key, found in _flattened(part, path).items()}
