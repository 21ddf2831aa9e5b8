"""Samples for commands: told of by the names of their options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from snntrainer3d.cli.output import say
from snntrainer3d.errors import Fault, InputError, NotFoundError, SpecError

if TYPE_CHECKING:
    from snntrainer3d.circuits import Samples
    from snntrainer3d.spec import TrainedNetwork

_SOME = 4
"""Samples that are simulated unless told otherwise."""
_OPTIONS = {"dataset": "--dataset", "sample": "--sample", "num_steps": "--num-steps"}


def samples_for(
    trained: TrainedNetwork, dataset: str | None, indices: Sequence[int], num_steps: int | None = None
) -> Samples:
    """Give test samples by number; raises as `circuits.samples_for`."""
    from snntrainer3d import circuits

    with _by_option():
        return circuits.samples_for(trained, dataset, indices, num_steps, tell=say)


def all_samples(trained: TrainedNetwork, dataset: str | None, most: int, num_steps: int | None = None) -> Samples:
    """Give the first samples of the test set, at most so many; raises as `circuits.samples_for`."""
    from snntrainer3d import circuits

    with _by_option():
        return circuits.all_samples(trained, dataset, most, num_steps, tell=say)


def first_samples(
    trained: TrainedNetwork, dataset: str | None, count: int | None, num_steps: int | None = None
) -> Samples:
    """Give the first samples of the test set, some where no count is given.

    Raises:
        InputError: the test set has not so many.
        SpecError, NotFoundError: see `circuits.samples_for`.
    """
    from snntrainer3d.data import describe

    if count is None:
        return all_samples(trained, dataset, _SOME, num_steps)
    with _by_option():
        named = dataset or (trained.training.dataset if trained.training else None)
        most = describe(named).test_samples if named else count
    if count > most:
        raise InputError(
            f"The test set has {most:,} samples.", path="--samples", hint=f"Give a number from 1 to {most}."
        )
    return all_samples(trained, dataset, count, num_steps)


@contextmanager
def _by_option() -> Iterator[None]:
    try:
        yield
    except SpecError as error:
        raise SpecError([_named(fault) for fault in error.faults], what="command") from None
    except NotFoundError as error:
        raise NotFoundError(error.message, path=_OPTIONS.get(error.path, error.path), hint=error.hint) from None


def _named(fault: Fault) -> Fault:
    return replace(fault, path=_OPTIONS.get(fault.path, fault.path))
