"""PyTorch files, read with `weights_only=True` in a process of its own with limits; see engine/pt_child.py."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from snntrainer3d.errors import FileFormatError, LimitError
from snntrainer3d.exports.npz_file import read_npz

LIMIT_S = 120
MAX_BYTES = 1_000_000_000
_CHILD = Path(__file__).resolve().parents[1] / "engine" / "pt_child.py"
_REFUSED = 3
_HINT = "Store a state dict alone: torch.save(network.state_dict(), file)."


def looks_like_pt(raw: bytes) -> bool:
    """Tell torch's archive from numpy's by the entry that every one of torch has near its beginning."""
    return raw.startswith(b"PK\x03\x04") and b"/data.pkl" in raw[:4096]


def read_pt(raw: bytes, *, limit_s: float = LIMIT_S) -> dict[str, np.ndarray]:
    """Give the tensors of a state dict as float32; raises FileFormatError, LimitError."""
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        (folder / "in.pt").write_bytes(raw)
        command = [sys.executable, "-I", str(_CHILD), "in.pt", "out.npz", str(MAX_BYTES), str(int(limit_s) + 1)]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            raise LimitError(f"Reading the PyTorch file took longer than {limit_s:g} seconds.") from None
        if done.returncode == _REFUSED:
            raise FileFormatError(f"The PyTorch file is not read: {done.stdout.strip()}.", hint=_HINT)
        if done.returncode:
            raise FileFormatError("The PyTorch file is damaged: reading it ended the process that tried.", hint=_HINT)
        return read_npz((folder / "out.npz").read_bytes())
