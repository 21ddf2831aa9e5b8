"""Running exported code on this machine, in a process of its own with a time limit."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import FailureError
from snntrainer3d.exports.proof import Recorded

LIMIT_S = 300.0
LAST_CHARACTERS = 600


def run_script(source: bytes, inputs: Float32[np.ndarray, "..."], num_steps: int, record: Sequence[str]) -> Recorded:
    """Run an exported Python script on samples; `record` are the arguments before the name of its record.

    The script knows its number of steps; inputs that change over time say their own.
    """
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        (folder / "network.py").write_bytes(source)
        np.save(folder / "samples.npy", inputs)
        # Isolated from the person's environment: what runs here runs elsewhere.
        call([sys.executable, "-I", "network.py", "samples.npy", *record, "record.npz"], folder)
        found = recorded_in(folder / "record.npz")
    if len(found[0][-1]) != num_steps:
        raise FailureError(f"The script ran {len(found[0][-1])} steps, expected {num_steps}.")
    return found


def call(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder and give what it printed; raises FailureError with its last words."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FailureError(f"The export did not end within {LIMIT_S:g} seconds.") from None
    except OSError as error:
        raise FailureError(f"{command[0]} cannot be run: {error.strerror or error}.") from None
    if done.returncode:
        raise FailureError(f"The export does not run: {done.stderr.strip()[-LAST_CHARACTERS:]}")
    return done.stdout


def recorded_in(path: Path) -> Recorded:
    """Read a record: spikes of each layer, then membranes of each."""
    with np.load(path) as file:
        arrays = [file[name] for name in file.files]
    half = len(arrays) // 2
    return arrays[:half], arrays[half:]
