"""HDF5 files, read in a process of their own with limits of time and memory; see hdf5_child.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from snntrainer3d.apart.own_process import read_apart
from snntrainer3d.errors import InputError

MAGIC = b"\x89HDF\r\n\x1a\n"
LIMIT_S = 60
_CHILD = Path(__file__).with_name("hdf5_child.py")


@dataclass(frozen=True, eq=False, slots=True)
class Hdf5Content:
    """Everything in a file: arrays and texts by their path; rows of texts where there are several.

    Of rows of different lengths `arrays` holds all values in turn, and under the path and `#lengths` how many each has.
    """

    arrays: dict[str, np.ndarray]
    texts: dict[str, Any]


def read_hdf5(raw: bytes | Path, *, limit_s: float = LIMIT_S) -> Hdf5Content:
    """Read a file.

    Raises:
        FileFormatError: damaged, or it points to other files.
        LimitError: it took too long or too much memory.
        InputError: h5py is not installed.
    """
    if find_spec("h5py") is None:
        raise InputError("HDF5 files need the package h5py.", hint='Install it: pip install "snntrainer3d[nir]".')
    found = read_apart(
        _CHILD, raw, kind="HDF5 file", limit_s=limit_s, refused="damaged", hint="Copy or export it again.",
        late="; it is damaged",
    )  # fmt: skip
    texts = json.loads(str(found.pop("texts")))
    return Hdf5Content({key.removeprefix("a:"): array for key, array in found.items()}, texts)
