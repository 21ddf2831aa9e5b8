"""An ONNX file run through time by onnxruntime, in a process of its own with limits, as files of others are."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from jaxtyping import Float32

from snntrainer3d.exports.proof import Recorded
from snntrainer3d.exports.running import call, recorded_in

_SCRIPT = '''"""Runs step.onnx over time: python run.py samples.npy num_steps record.npz"""
import sys

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("step.onnx", providers=["CPUExecutionProvider"])
samples, num_steps = np.load(sys.argv[1]), int(sys.argv[2])
first, *told = session.get_inputs()
shape = [int(side) for side in first.shape[1:]]
over_time = [samples] * num_steps if samples.ndim == 2 else list(samples)
states = {one.name: np.zeros((over_time[0].shape[0], *one.shape[1:]), np.float32) for one in told}
names = [one.name for one in session.get_outputs()]
recorded = {name: [] for name in names if name.endswith((".spikes", ".mem.next"))}
for values in over_time:
    given = {first.name: np.ascontiguousarray(values.reshape(-1, *shape), np.float32), **states}
    found = dict(zip(names, session.run(names, given)))
    states = {name: found[name + ".next"] for name in states}
    for name, steps in recorded.items():
        steps.append(found[name].reshape(len(found[name]), -1))
order = [name for end in (".spikes", ".mem.next") for name in recorded if name.endswith(end)]
np.savez(sys.argv[3], *(np.stack(recorded[name]) for name in order))
'''


def run_onnx(files: Mapping[str, bytes], inputs: Float32[np.ndarray, "..."], num_steps: int) -> Recorded:
    """Run the first file on samples; raises FailureError where it does not run."""
    with TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        (folder / "step.onnx").write_bytes(next(iter(files.values())))
        (folder / "run.py").write_text(_SCRIPT)
        np.save(folder / "samples.npy", inputs)
        call([sys.executable, "-I", "run.py", "samples.npy", str(num_steps), "record.npz"], folder)
        return recorded_in(folder / "record.npz")
