"""HDF5 files, read in a process of their own with limits of time and memory; see hdf5_child.py."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from snntrainer3d.errors import FileFormatError, InputError, LimitError
from snntrainer3d.exports.npz_file import read_npz

MAGIC = b"\x89HDF\r\n\x1a\n"
LIMIT_S = 60
MAX_BYTES = 1_000_000_000
_CHILD = Path(__file__).with_name("hdf5_child.py")
_REFUSED = 3


@dataclass(frozen=True, eq=False, slots=True)
class Hdf5Content:
    """Everything in a file: arrays and texts by their path; rows of texts where there are several."""

    arrays: dict[str, np.ndarray]
    texts: dict[str, Any]


def read_hdf5(raw: bytes, *, limit_s: float = LIMIT_S) -> Hdf5Content:
    """Read a file.

    Raises:
        FileFormatError: damaged, or it points to other files.
        LimitError: it took too long or too much memory.
        InputError: h5py is not installed.
    """
    if find_spec("h5py") is None:
        raise InputError("HDF5 files need the package h5py.", hint='Install it: pip install "snntrainer3d[nir]".')
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        (folder / "in.h5").write_bytes(raw)
        _run(folder, limit_s)
        found = read_npz((folder / "out.npz").read_bytes())
    texts = json.loads(str(found.pop("texts")))
    return Hdf5Content({key.removeprefix("a:"): array for key, array in found.items()}, texts)


def _run(folder: Path, limit_s: float) -> None:
    command = [sys.executable, "-I", str(_CHILD), "in.h5", "out.npz", str(MAX_BYTES), str(int(limit_s) + 1)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        raise LimitError(f"Reading the HDF5 file took longer than {limit_s:g} seconds; it is damaged.") from None
    if done.returncode == _REFUSED:
        said = done.stdout.strip() or "it cannot be read"
        raise FileFormatError(f"The HDF5 file is damaged: {said}.", hint="Copy or export it again.")
    if done.returncode:
        raise FileFormatError(
            "The HDF5 file is damaged: reading it ended the process that tried.", hint="Copy or export it again."
        )
