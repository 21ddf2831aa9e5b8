"""Running exported code on this machine, in a process of its own with a time limit."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from snntrainer3d.apart import needed_environment
from snntrainer3d.errors import FailureError
from snntrainer3d.exports.proof import Layers, Ran

LIMIT_S = 300.0
LAST_CHARACTERS = 600
_LACKING = re.compile(r"^ModuleNotFoundError: No module named '(\w+)", re.MULTILINE)
_log = logging.getLogger(__name__)


def run_script(files: Mapping[str, bytes], raw: Shaped[np.ndarray, "sample ..."]) -> Ran:
    """Run the exported Python script among the files on stored samples; raises FailureError."""
    script = next(name for name in files if name.endswith(".py"))
    record = ["--record"] if b'"--record"' in files[script] else []
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        np.save(folder / "samples.npy", raw)
        # Isolated from the person's environment: what runs here runs elsewhere.
        told = call([sys.executable, "-I", f"./{script}", "samples.npy", *record, "record.npz"], folder)
        spikes, membranes = _recorded(folder / "record.npz")
    return Ran(spikes, membranes, np.array(told.split(), np.int64))


def call(command: Sequence[str], folder: Path) -> str:
    """Run a command in a folder and give what it printed; raises FailureError. What it said is logged."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=needed_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FailureError(f"The export did not end within {LIMIT_S:g} seconds.") from None
    except OSError as error:
        raise FailureError(f"{command[0]} cannot be run: {error.strerror or 'it does not start'}.") from None
    if done.returncode:
        lacking = _LACKING.search(done.stderr)
        if lacking:
            raise FailureError(f"The export needs the package {lacking[1]}.", hint=f"pip install {lacking[1]}")
        _log.info("An export does not run: %s", done.stderr.strip()[-LAST_CHARACTERS:])
        hint = "Run it by itself to see what it says, and please report it."
        raise FailureError("The export does not run on this machine.", hint=hint)
    return done.stdout


def _recorded(path: Path) -> tuple[Layers, Layers]:
    """Read a record: spikes of each layer, then membranes of each."""
    with np.load(path) as file:
        arrays = [file[name] for name in file.files]
    half = len(arrays) // 2
    return arrays[:half], arrays[half:]
