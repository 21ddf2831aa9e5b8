"""What every weight file of ours says of itself: format, version, network and training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from snntrainer3d.errors import Fault, FileFormatError, SpecError
from snntrainer3d.spec import Network, TrainedNetwork, Training, parse, tensor_shapes

FORMAT = "snntrainer3d/weights"
VERSION = 1

T = TypeVar("T")


def header_of(trained: TrainedNetwork) -> dict[str, Any]:
    """Give the header as plain values."""
    training = trained.training
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": trained.network.model_dump(mode="json"),
        "training": None if training is None else training.model_dump(mode="json"),
    }


def in_order(trained: TrainedNetwork) -> dict[str, np.ndarray]:
    """Give the arrays in order of layers, so that equal networks give equal files."""
    return {name: trained.tensors[name] for name in tensor_shapes(trained.network)}


def check_kind(document: Any) -> None:
    """Raise FileFormatError unless it is a weight document of the version that this release reads."""
    found = document.get("format") if isinstance(document, Mapping) else None
    if found != FORMAT:
        said = f"its format is {found!r}" if isinstance(found, str) else "it has no format"
        raise FileFormatError(
            f"This is not a weight file: {said}, expected {FORMAT!r}.",
            path="format",
            hint="A spec has no weights; save them with `snntrainer3d export`.",
        )
    version = document.get("version")
    if version == VERSION and not isinstance(version, bool):
        return
    newer = isinstance(version, int) and version > VERSION
    raise FileFormatError(
        f"The weight file has version {version!r}, this release reads {VERSION}.",
        path="version",
        hint="It was written by a newer release: update SNNtrainer3D." if newer else "It is damaged.",
    )


def read_header(document: Mapping[str, Any], faults: list[Fault]) -> tuple[Network | None, Training | None]:
    """Read network and training; what is wrong with them is added to `faults`."""
    if "network" not in document:
        faults.append(Fault("network", "missing.", "Weights without their network cannot be used."))
    network = _part(Network, document["network"], "network", faults) if "network" in document else None
    told = document.get("training")
    return network, None if told is None else _part(Training, told, "training", faults)


def _part(kind: type[T], value: Any, root: str, faults: list[Fault]) -> T | None:
    try:
        return parse(kind, value, what=root, root=root)
    except SpecError as error:
        faults.extend(error.faults)
        return None
