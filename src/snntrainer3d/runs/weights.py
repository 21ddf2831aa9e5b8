"""Weights in a run's folder: safetensors named as `spec.tensor_shapes` does; the network stands in spec.json."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.spec import RunSpec, TrainedNetwork
from snntrainer3d.storage import write_atomically


def write_weights(path: Path, trained: TrainedNetwork) -> None:
    """Write the arrays alone, whole or not at all; raises StorageError."""
    arrays = {name: np.asarray(array, order="C") for name, array in trained.tensors.items()}
    write_atomically(path, safetensors.numpy.save(arrays))


def read_weights(path: Path, spec: RunSpec) -> TrainedNetwork:
    """Read the arrays of a network; its metadata, if any, is left alone.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is damaged.
        MismatchError: it is of another network.
    """
    try:
        arrays = safetensors.numpy.load(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path.name}.") from None
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise FileFormatError(f"{path} is damaged: {error}.") from None
    return TrainedNetwork(spec.network, {name: array.copy() for name, array in arrays.items()}, spec.training)
