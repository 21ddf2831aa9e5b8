"""What every weight file of ours says of itself: format, version, network, training, input and readout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from snntrainer3d.data import with_contract
from snntrainer3d.errors import Fault, FileFormatError, SpecError
from snntrainer3d.spec import (
    InputContract,
    Network,
    Readout,
    TrainedNetwork,
    Training,
    parse,
    tensor_shapes,
    value_text,
)

FORMAT = "snntrainer3d/weights"
VERSION = 2
"""Since 2 a file says how its network is fed and read; files of version 1 leave it to their training."""

T = TypeVar("T")


def header_of(trained: TrainedNetwork) -> dict[str, Any]:
    """Give the header as plain values."""
    told = with_contract(trained)
    return {
        "format": FORMAT,
        "version": VERSION,
        "network": trained.network.model_dump(mode="json"),
        "training": None if trained.training is None else trained.training.model_dump(mode="json"),
        "input": None if told.inputs is None else told.inputs.model_dump(mode="json"),
        "readout": {name: one.model_dump(mode="json") for name, one in told.readouts.items()},
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
    if version in (1, VERSION) and not isinstance(version, bool):
        return
    newer = isinstance(version, int) and version > VERSION
    said = "no version" if version is None else f"version {value_text(version)}"
    raise FileFormatError(
        f"The weight file has {said}, this release reads up to {VERSION}.",
        path="version",
        hint="It was written by a newer release: update SNNtrainer3D." if newer else "It is damaged.",
    )


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its arrays."""

    network: Network
    training: Training | None
    inputs: InputContract | None
    readouts: Mapping[str, Readout]

    def trained(self, arrays: Mapping[str, np.ndarray]) -> TrainedNetwork:
        """Give the network with its arrays, in order of layers; raises MismatchError where they are not its own."""
        ordered = {name: arrays[name] for name in tensor_shapes(self.network) if name in arrays}
        return TrainedNetwork(self.network, ordered | dict(arrays), self.training, self.inputs, self.readouts)


def read_header(document: Mapping[str, Any], faults: list[Fault]) -> Header | None:
    """Read what a file says of itself; what is wrong with it is added to `faults`."""
    known = len(faults)
    if "network" not in document:
        faults.append(Fault("network", "missing.", "Weights without their network cannot be used."))
    network = _part(Network, document["network"], "network", faults) if "network" in document else None
    training = _optional(Training, document, "training", faults)
    inputs = _optional(InputContract, document, "input", faults)
    readouts = _part(dict[str, Readout], document.get("readout", {}), "readout", faults)
    if network is None or readouts is None or len(faults) > known:
        return None
    return Header(network, training, inputs, readouts)


def _optional(kind: type[T], document: Mapping[str, Any], field: str, faults: list[Fault]) -> T | None:
    told = document.get(field)
    return None if told is None else _part(kind, told, field, faults)


def _part(kind: type[T], value: Any, root: str, faults: list[Fault]) -> T | None:
    try:
        return parse(kind, value, what=root, root=root)
    except SpecError as error:
        faults.extend(error.faults)
        return None
