"""Weights by what a person typed: a file, or a run; with what a file of another program cannot say of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from snntrainer3d.cli.output import say
from snntrainer3d.errors import InputError

if TYPE_CHECKING:
    from snntrainer3d.exports import WeightFile
    from snntrainer3d.runs import RunStore
    from snntrainer3d.spec import TrainedNetwork

SpecOption = Annotated[
    Path | None,
    typer.Option(
        "--spec",
        metavar="SPEC.json",
        help="Architecture of a state dict (.pt, .safetensors, .npz); of a run also the recipe of a file without one.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=layers.N",
        help="Which module of a state dict is which layer, where it fits in several ways; repeatable.",
    ),
]
TimeStepOption = Annotated[
    float | None, typer.Option("--dt-s", metavar="SECONDS", help="Time step of a NIR file that does not say it: 1e-3.")
]
_OPTIONS = {"map": "--map", "dt_s": "--dt-s"}


def opened(
    reference: str,
    store: RunStore,
    spec: Path | None = None,
    maps: Sequence[str] | None = None,
    dt_s: float | None = None,
) -> WeightFile | tuple[TrainedNetwork, str]:
    """Give what a file holds and says, or a run's network and id; raises what `weight_file` raises, by its options."""
    from snntrainer3d.notebook.opening import modules_in, weight_file

    try:
        return weight_file(reference, store, spec, modules_in(maps), dt_s)
    except InputError as error:
        raise by_option(error) from None


def by_option(error: InputError) -> InputError:
    """Give what is wrong with what was said of a file by the name of its option."""
    if error.path not in _OPTIONS:
        return error
    faults = [replace(fault, path=_OPTIONS.get(fault.path, fault.path)) for fault in error.faults]
    return type(error)(error.message, path=_OPTIONS[error.path], hint=error.hint, faults=faults)


def weights_from(
    reference: str,
    store: RunStore,
    spec: Path | None = None,
    maps: Sequence[str] | None = None,
    dt_s: float | None = None,
) -> tuple[TrainedNetwork, str]:
    """Give a trained network and, where it is a run's, the run's id; tells what a file should have people know.

    Raises what `weight_file` raises.
    """
    found = opened(reference, store, spec, maps, dt_s)
    if isinstance(found, tuple):
        return found
    for notice in found.notices:
        say(notice)
    return found.trained, ""
