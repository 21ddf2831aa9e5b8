"""Weights by what a person names them: a file, or a run."""

from __future__ import annotations

from pathlib import Path

from snntrainer3d.errors import NotFoundError
from snntrainer3d.exports import WeightFile, read_weight_file
from snntrainer3d.runs import RunStore, read_weights
from snntrainer3d.spec import Network, TrainedNetwork, parse, parse_run, read_json_file


def weight_file(reference: str, store: RunStore, spec: Path | None = None) -> WeightFile | tuple[TrainedNetwork, str]:
    """Give what a file holds and says of itself, or a run's trained network and its id.

    Args:
        spec: a network's or run's document, the architecture of a state dict that cannot say it.

    Raises:
        NotFoundError: neither a file nor a run.
        FileFormatError, MismatchError: a file that cannot be used.
    """
    if Path(reference).is_file():
        return read_weight_file(Path(reference), None if spec is None else network_in(spec))
    try:
        run = store.find(reference)
    except NotFoundError:
        raise NotFoundError(
            f"There is neither a file nor a run {reference!r}.",
            hint="`snntrainer3d runs list` shows the runs.",
        ) from None
    return store.trained(run), run


def network_in(path: Path) -> Network:
    """Read the network of a network's or a run's document; raises NotFoundError, InputError, SpecError."""
    document = read_json_file(path, what="spec")
    if isinstance(document, dict) and document.get("format") == "snntrainer3d/network":
        return parse(Network, document, what="network", root="network")
    return parse_run(document).network


def start_of(run: str, store: RunStore) -> TrainedNetwork | None:
    """Give the weights that a run started from; None where these were fresh ones."""
    folder = store.folder(run)
    return read_weights(folder.start, folder.read_spec()) if folder.start.exists() else None
