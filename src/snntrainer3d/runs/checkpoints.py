"""Checkpoints as files: one safetensors file each, with the state as JSON in its metadata and a checksum over all.

One file, because two could be of different updates after a crash; the checksum, because safetensors has none.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from snntrainer3d.errors import FileFormatError
from snntrainer3d.runs.rows import CheckpointRow
from snntrainer3d.storage import write_atomically

KEPT = 2
_KEY = "snntrainer3d/checkpoint"
_VERSION = 1
_PREFIX = "update-"
_SUFFIX = ".safetensors"


class StoredCheckpoint(NamedTuple):
    """A run after `update` updates, of which `epoch` whole epochs; the fields of training's Checkpoint."""

    epoch: int
    update: int
    tensors: Mapping[str, np.ndarray]
    optimizer: Mapping[str, np.ndarray]
    state: Mapping[str, Any]


def write_checkpoint(
    folder: Path, checkpoint: StoredCheckpoint, *, durable: bool = True, keep: Path | None = None
) -> Path:
    """Write a checkpoint, then drop all but the newest two and `keep`; raises StorageError.

    With `durable` it is on the disk when this returns; without, it survives the end of the process, not of the machine.
    """
    arrays = {
        **{f"tensors/{name}": np.asarray(array, order="C") for name, array in checkpoint.tensors.items()},
        **{f"optimizer/{name}": np.asarray(array, order="C") for name, array in checkpoint.optimizer.items()},
    }
    about = json.dumps(
        {
            "version": _VERSION,
            "epoch": checkpoint.epoch,
            "update": checkpoint.update,
            "state": checkpoint.state,
        }
    )
    metadata = {_KEY: about, "crc32": str(_checksum(about, arrays))}
    path = folder / f"{_PREFIX}{checkpoint.update:010d}{_SUFFIX}"
    write_atomically(path, safetensors.numpy.save(arrays, metadata), durable=durable)
    for old in list_checkpoints(folder)[:-KEPT]:
        if keep is None or old.file != keep.name:
            (folder / old.file).unlink(missing_ok=True)
    return path


def read_checkpoint(path: Path) -> StoredCheckpoint:
    """Read a checkpoint; raises FileFormatError for one that is damaged, truncated or of another version."""
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = metadata[_KEY]
        whole = int(metadata["crc32"]) == _checksum(about, arrays)
        found = json.loads(about)
    except OSError as error:
        raise FileFormatError(f"The checkpoint {path.name} cannot be read: {error.strerror or 'no file'}.") from None
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError):
        raise FileFormatError(f"The checkpoint {path.name} is damaged: it is no whole safetensors file.") from None
    if not whole:
        raise FileFormatError(f"The checkpoint {path.name} is damaged: its checksum does not fit.")
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        raise FileFormatError(f"The checkpoint {path.name} is not of version {_VERSION}.")
    epoch, update, state = (found.get(name) for name in ("epoch", "update", "state"))
    if type(epoch) is not int or type(update) is not int or not isinstance(state, dict):
        raise FileFormatError(f"The checkpoint {path.name} is damaged: it does not say how far it is.")
    return StoredCheckpoint(epoch, update, _below("tensors/", arrays), _below("optimizer/", arrays), state)


def list_checkpoints(folder: Path) -> list[CheckpointRow]:
    """Give the checkpoints, oldest first, without looking whether they are whole."""
    found = []
    for path in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
        update = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        if update.isdecimal():
            found.append(CheckpointRow(file=path.name, update=int(update), bytes=path.stat().st_size))
    return found


def newest_checkpoint(
    folder: Path, trusted: Callable[[int], bool] = lambda _: True
) -> tuple[StoredCheckpoint | None, list[str]]:
    """Give the newest whole checkpoint of a trusted update, or None, and what was wrong with newer ones."""
    faults: list[str] = []
    for row in reversed(list_checkpoints(folder)):
        if not trusted(row.update):
            continue
        try:
            return read_checkpoint(folder / row.file), faults
        except FileFormatError as error:
            faults.append(error.message)
    return None, faults


def _checksum(about: str, arrays: Mapping[str, np.ndarray]) -> int:
    checksum = zlib.crc32(about.encode())
    for name in sorted(arrays):
        checksum = zlib.crc32(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode(), checksum)
        checksum = zlib.crc32(np.ascontiguousarray(arrays[name]).reshape(-1).data.cast("B"), checksum)
    return checksum


def _below(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
