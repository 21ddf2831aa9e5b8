"""Weights by what a person typed: a file, or a run."""

from __future__ import annotations

from pathlib import Path

from snntrainer3d.errors import NotFoundError
from snntrainer3d.exports import WeightFile, read_weight_file
from snntrainer3d.runs import RunStore, read_weights
from snntrainer3d.spec import TrainedNetwork


def weights_from(reference: str, store: RunStore) -> tuple[TrainedNetwork, str]:
    """Give a trained network and, where it is a run's, the run's id; raises what `weight_file` raises."""
    found = weight_file(reference, store)
    return (found.trained, "") if isinstance(found, WeightFile) else found


def weight_file(reference: str, store: RunStore) -> WeightFile | tuple[TrainedNetwork, str]:
    """Give what a file holds and says of itself, or a run's trained network and its id.

    Raises:
        NotFoundError: neither a file nor a run.
        FileFormatError, MismatchError: a file that cannot be used.
    """
    if Path(reference).is_file():
        return read_weight_file(Path(reference))
    try:
        run = store.find(reference)
    except NotFoundError:
        raise NotFoundError(
            f"There is neither a file nor a run {reference!r}.",
            hint="`snntrainer3d runs list` shows the runs.",
        ) from None
    return store.trained(run), run


def start_of(run: str, store: RunStore) -> TrainedNetwork | None:
    """Give the weights that a run started from; None where these were fresh ones."""
    folder = store.folder(run)
    return read_weights(folder.start, folder.read_spec()) if folder.start.exists() else None
