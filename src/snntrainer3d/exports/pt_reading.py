"""PyTorch files, read with `weights_only=True` in a process of its own with limits; see engine/pt_child.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from snntrainer3d.apart import read_apart

LIMIT_S = 120
_CHILD = Path(__file__).resolve().parents[1] / "engine" / "pt_child.py"
_HINT = "Store a state dict alone: torch.save(network.state_dict(), file)."


def looks_like_pt(raw: bytes) -> bool:
    """Tell torch's archive from numpy's by the entry that every one of torch has near its beginning."""
    return raw.startswith(b"PK\x03\x04") and b"/data.pkl" in raw[:4096]


def read_pt(raw: bytes, *, limit_s: float = LIMIT_S) -> dict[str, np.ndarray]:
    """Give the tensors of a state dict as float32; raises FileFormatError, LimitError."""
    return read_apart(_CHILD, raw, kind="PyTorch file", limit_s=limit_s, refused="not read", hint=_HINT)
