"""Weights by what a person typed: a file, or a run."""

from __future__ import annotations

from pathlib import Path

from snntrainer3d.cli.output import say
from snntrainer3d.exports import WeightFile
from snntrainer3d.notebook.opening import weight_file
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import TrainedNetwork


def weights_from(reference: str, store: RunStore, spec: Path | None = None) -> tuple[TrainedNetwork, str]:
    """Give a trained network and, where it is a run's, the run's id; tells what a file should have people know.

    Raises what `weight_file` raises.
    """
    found = weight_file(reference, store, spec)
    if not isinstance(found, WeightFile):
        return found
    for notice in found.notices:
        say(notice)
    return found.trained, ""
