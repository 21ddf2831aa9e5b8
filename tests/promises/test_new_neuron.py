"""A new neuron is one file and one line: every room has it by then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import snntrainer3d

NEURON = '''
"""Toy: half of everything."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.neurons.parts import Called, FixedReset, Learning, Step


class Toy(FixedReset):
    """Toy: keeps a share of its membrane."""

    title = "Toy"
    numbers = ("share", "threshold")
    states = ("m", "s")

    kind: Literal["toy"] = "toy"
    share: Annotated[Annotated[float, Field(ge=0.0, le=1.0)], Called("Share kept", "q")] = 0.5
    """What it keeps."""
    threshold: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    """Where it spikes."""
    learn_share: Learning = "fixed"

    def step(self, now: Trace, x: Node, m: Node, s: Node) -> Step:
        m = self.share * m * (1.0 - now.detach(s)) + x
        spike = now.spike(m - self.threshold)
        return {"m": m, "s": spike}, spike
'''
ROOMS = """
import json, sys
import numpy as np, torch
import snntrainer3d as s3d
from snntrainer3d.cli import run
from snntrainer3d.engine import build
from snntrainer3d.engine.fused.learner import fused_learner
from snntrainer3d.exports import FORMS
from snntrainer3d.spec import InputContract, Network, Training, fixed_tensors, parse, tensor_shapes, TrainedNetwork

layer = {"kind": "dense", "neuron": {"kind": "toy", "learn_share": "per_neuron"}}
network = parse(Network, {"input": {"shape": [6]}, "layers": [{**layer, "size": 5}, {**layer, "size": 3}]})
learner = fused_learner(build(network, 1), network, parse(Training, {"num_steps": 6, "batch_size": 8}))
losses = [learner.train_batch(torch.rand(8, 6), torch.arange(8) % 3, 0.01).loss for _ in range(3)]
assert learner.name == "fused" and np.isfinite(losses).all()
recurrent = parse(Network, {"input": {"shape": [6]}, "layers": [{**layer, "kind": "recurrent", "size": 3}]})
assert recurrent.output.neuron.kind == "toy"
fixed = parse(Network, {"input": {"shape": [6]}, "layers": [{"kind": "dense", "size": 3, "neuron": {"kind": "toy"}}]})
tensors = {name: np.ones(shape, np.float32) for name, shape in tensor_shapes(fixed).items()}
trained = TrainedNetwork(fixed, tensors | fixed_tensors(fixed), Training(dataset="xor"), InputContract(shape=(6,)))
for form in ("json", "numpy", "c", "pytorch", "onnx"):
    assert FORMS[form].write(trained, "toy" + FORMS[form].ending), form
assert "toy" in json.dumps(s3d.design("digits", neuron="toy").model_dump(mode="json"))
assert s3d.neuron_bench("toy", "step:0.8").summary()["spikes"] > 0
assert run(["neuron", "list"]) == 0
"""


@pytest.mark.slow
def test_a_file_and_a_line_are_a_neuron_in_every_room(tmp_path: Path) -> None:
    source = Path(snntrainer3d.__file__).parent
    copy = tmp_path / "snntrainer3d"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (copy / "spec/neurons/toy.py").write_text(NEURON.lstrip(), encoding="utf-8")
    listed = copy / "spec/neurons/__init__.py"
    listed.write_text(listed.read_text(encoding="utf-8").replace('    "leaky",\n', '    "leaky",\n    "toy",\n', 1))
    told = subprocess.run(
        [sys.executable, "-c", ROOMS], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(tmp_path), "SNNTRAINER3D_HOME": str(tmp_path / "home"), "PATH": ""},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    assert "Toy" in told.stdout
