"""Processes that read foreign bytes: how a child of this room is run, and what is said of one that broke."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from snntrainer3d.apart.environment import needed_environment
from snntrainer3d.apart.npz import read_npz
from snntrainer3d.errors import FileFormatError, InputError, LimitError

MAX_BYTES = 1_000_000_000
_REFUSED = 3
"""What a child gives for a file that it does not read; its reason is on stdout."""


def read_apart(
    child: Path, raw: bytes | Path, *, kind: str, limit_s: float, refused: str, hint: str, late: str = ""
) -> dict[str, np.ndarray]:
    """Return the arrays that hdf5_child.py or engine/pt_child.py finds in a file.

    Args:
        raw: the file, or its content.
        kind: what the file is called, such as "HDF5 file".
        refused: what is said of a file that the child refuses, before its reason.
        late: what is said after the limit of time that it passed.

    Raises:
        FileFormatError: the child refused it, or broke over it.
        LimitError: it took too long, or too much memory.
    """
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        source = str(raw.resolve()) if isinstance(raw, Path) else "in"
        if isinstance(raw, bytes):
            (folder / source).write_bytes(raw)
        command = [sys.executable, "-P", str(child), source, "out.npz", str(MAX_BYTES), str(int(limit_s) + 1)]
        try:
            done = subprocess.run(
                command, cwd=folder, env=needed_environment(folder), stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors="replace", timeout=limit_s, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise LimitError(f"Reading the {kind} took longer than {limit_s:g} seconds{late}.") from None
        if done.returncode == _REFUSED:
            said = done.stdout.strip() or "it cannot be read"
            raise FileFormatError(f"The {kind} is {refused}: {said}.", hint=hint)
        if done.returncode:
            raise broken_by(f"the {kind}", done.returncode, hint)
        return read_npz((folder / "out.npz").read_bytes())


def broken_by(what: str, code: int, hint: str) -> InputError:
    """Return the error for a process that what it read has broken, by its exit code."""
    if -code == getattr(signal, "SIGXCPU", None):
        return LimitError(f"Reading {what} took too long.", hint="Give fewer or smaller files.")
    if -code == getattr(signal, "SIGKILL", None):
        return LimitError(f"Reading {what} took more memory than there is.", hint="Take fewer or smaller samples.")
    return FileFormatError(
        f"{what[0].upper()}{what[1:]} is damaged: reading it ended the process that tried.", hint=hint
    )
