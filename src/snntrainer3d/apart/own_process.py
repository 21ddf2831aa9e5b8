"""A foreign file read in a process of its own with limits of time and memory; hdf5_child.py and engine/pt_child.py."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from snntrainer3d.apart.npz import read_npz
from snntrainer3d.errors import FileFormatError, LimitError

MAX_BYTES = 1_000_000_000
_REFUSED = 3
"""What a child gives for a file that it does not read; its reason is on stdout."""


def read_apart(
    child: Path, raw: bytes | Path, *, kind: str, limit_s: float, refused: str, hint: str, late: str = ""
) -> dict[str, np.ndarray]:
    """Give the arrays that a child finds in a file.

    Args:
        raw: the file, or its content.
        kind: what the file is called, such as "HDF5 file".
        refused: what is said of a file that the child refuses, before its reason.
        late: what is said after the limit of time that it passed.

    Raises:
        FileFormatError: the child refused it, or broke over it.
        LimitError: it took too long.
    """
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        source = str(raw.resolve()) if isinstance(raw, Path) else "in"
        if isinstance(raw, bytes):
            (folder / source).write_bytes(raw)
        command = [sys.executable, "-I", str(child), source, "out.npz", str(MAX_BYTES), str(int(limit_s) + 1)]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            raise LimitError(f"Reading the {kind} took longer than {limit_s:g} seconds{late}.") from None
        if done.returncode == _REFUSED:
            said = done.stdout.strip() or "it cannot be read"
            raise FileFormatError(f"The {kind} is {refused}: {said}.", hint=hint)
        if done.returncode:
            raise FileFormatError(f"The {kind} is damaged: reading it ended the process that tried.", hint=hint)
        return read_npz((folder / "out.npz").read_bytes())
