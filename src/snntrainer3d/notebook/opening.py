"""Weights by what a person names them: a file, or a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from snntrainer3d.errors import InputError, NotFoundError
from snntrainer3d.exports import WeightFile, modules_in, read_weight_file
from snntrainer3d.runs import RunStore, read_weights
from snntrainer3d.spec import Network, RunSpec, TrainedNetwork, parse, parse_run, read_json_file

__all__ = ["modules_in", "start_of", "weight_file"]


def weight_file(
    reference: str,
    store: RunStore,
    spec: Network | RunSpec | str | Path | None = None,
    modules: Mapping[str, str] | None = None,
    dt_s: float | None = None,
) -> WeightFile | tuple[TrainedNetwork, str]:
    """Give what a file holds and says of itself, or a run's trained network and its id.

    Args:
        spec: the architecture of a state dict that cannot say it: a network or run, or the path of its document; a run
            also gives the recipe of a file that does not say its own.
        modules: which module of a state dict is which layer, where it fits in several ways.
        dt_s: seconds of one time step of a NIR file.

    Raises:
        NotFoundError: neither a file nor a run.
        FileFormatError, MismatchError: a file that cannot be used.
        InputError: `modules` or `dt_s` for what is not of the kind.
    """
    if Path(reference).is_file():
        stated = _stated(spec)
        network = stated.network if isinstance(stated, RunSpec) else stated
        found = read_weight_file(Path(reference), network, modules=modules, dt_s=dt_s)
        if isinstance(stated, RunSpec) and found.trained.training is None:
            return replace(found, trained=replace(found.trained, training=stated.training))
        return found
    try:
        run = store.find(reference)
    except NotFoundError:
        raise NotFoundError(
            f"There is neither a file nor a run {reference!r}.",
            hint="`snntrainer3d runs list` shows the runs.",
        ) from None
    for name, given in {"map": modules, "dt_s": dt_s}.items():
        if given:
            raise InputError(f"{reference} is a run, which needs no such word.", path=name, hint="Leave it out.")
    return store.trained(run), run


def _stated(spec: Network | RunSpec | str | Path | None) -> Network | RunSpec | None:
    return _read(Path(spec)) if isinstance(spec, str | Path) else spec


def _read(path: Path) -> Network | RunSpec:
    document = read_json_file(path, what="spec")
    if isinstance(document, dict) and document.get("format") == "snntrainer3d/network":
        return parse(Network, document, what="network", root="network")
    return parse_run(document)


def start_of(run: str, store: RunStore) -> TrainedNetwork | None:
    """Give the weights that a run started from; None where these were fresh ones."""
    folder = store.folder(run)
    return read_weights(folder.start, folder.read_spec()) if folder.start.exists() else None
