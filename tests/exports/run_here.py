"""Exported scripts run in this process, which is quicker than a new one for each network."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import torch

from snntrainer3d.exports.proof import Ran


def here(files, folder: Path | None = None):
    """Give what runs the script among the files on stored samples; `folder` is where others beside it lie."""
    name = next(name for name in files if name.endswith(".py"))
    for other, content in files.items():
        if folder is not None:
            (folder / other).write_bytes(content)
    found = {"__name__": "exported", "__file__": str((folder or Path()) / name)}
    exec(compile(files[name], name, "exec"), found)

    def run(raw) -> Ran:
        drawn = len(inspect.signature(found["encode"]).parameters) > 1
        samples = (raw, np.arange(len(raw))) if drawn else (raw,)
        if "trained" in found:
            with torch.no_grad():
                recorded = found["trained"]()(found["inputs"](*samples))
            spikes, membranes = ([layer.numpy() for layer in part] for part in recorded)
        else:
            spikes, membranes = found["run"](found["encode"](*samples))
        return Ran(spikes, membranes, found["decide"](spikes[-1], membranes[-1]))

    return run
