"""Weights in a run's folder: safetensors named as `spec.tensor_shapes` does; the network stands in spec.json.

How the network is fed and read stands in the metadata, as in every safetensors file of ours, where it was known.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from snntrainer3d.errors import FileFormatError, NotFoundError, SpecError, reason_of
from snntrainer3d.spec import InputContract, Readout, RunSpec, TrainedNetwork, parse
from snntrainer3d.storage import write_atomically


def write_weights(path: Path, trained: TrainedNetwork) -> None:
    """Write the arrays alone, whole or not at all; raises StorageError."""
    arrays = {name: np.asarray(array, order="C") for name, array in trained.tensors.items()}
    write_atomically(path, safetensors.numpy.save(arrays))


def read_weights(path: Path, spec: RunSpec) -> TrainedNetwork:
    """Read the arrays of a network, and from the metadata how it is fed and read, where that is said.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is damaged.
        MismatchError: it is of another network.
    """
    try:
        raw = path.read_bytes()
        arrays = safetensors.numpy.load(raw)
        inputs, readouts = _contract(raw)
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path.name}.") from None
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read: {reason_of(error)}.") from None
    except SpecError as error:
        raise FileFormatError(f"{path} is damaged: {error}") from None
    except (SafetensorError, ValueError, KeyError, AttributeError, TypeError):
        raise FileFormatError(f"{path} is damaged: it is no whole safetensors file.") from None
    copied = {name: array.copy() for name, array in arrays.items()}
    return TrainedNetwork(spec.network, copied, spec.training, inputs, readouts)


def _contract(raw: bytes) -> tuple[InputContract | None, dict[str, Readout]]:
    """Give what the metadata says; raises ValueError, SpecError where it is damaged."""
    length = int.from_bytes(raw[:8], "little")
    text = json.loads(raw[8 : 8 + length]).get("__metadata__", {}).get("snntrainer3d")
    document = json.loads(text) if text else {}
    told = document.get("input")
    inputs = None if told is None else parse(InputContract, told, what="input", root="input")
    return inputs, parse(dict[str, Readout], document.get("readout", {}), what="readout", root="readout")
