"""The benchmark's networks that are not only dense are the same network in this project and in snnTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.architectures import LENET, RECURRENT, arrays_of, layers_of
from benchmarks.ours import Fused, Reference
from benchmarks.parity import PARITY_TOLERANCE
from benchmarks.peers.snntorch_maps import Convolution, Recurrence
from benchmarks.task import Job, Task, invented_images, read_task, write_data, write_job

from snntrainer3d.spec import Network, fixed_tensors, parse, tensor_shapes

FORMS = {LENET: Convolution, RECURRENT: Recurrence}


def made_task(folder: Path, network: str) -> Task:
    write_data(folder, *invented_images(samples=40))
    return read_task(write_job(folder, Job(network=network, num_steps=6, batch=8)))


@pytest.mark.parametrize("network", [LENET, RECURRENT])
def test_the_arrays_are_those_of_the_document(network: str) -> None:
    shape, layers = layers_of(network, {"kind": "leaky"})
    document = parse(Network, {"input": {"shape": shape}, "layers": layers})
    arrays = {**arrays_of(network), **fixed_tensors(document)}
    assert {name: array.shape for name, array in arrays.items()} == tensor_shapes(document)


@pytest.mark.slow
@pytest.mark.parametrize("network", [LENET, RECURRENT])
def test_losses_are_snntorchs(network: str, tmp_path: Path) -> None:
    task = made_task(tmp_path, network)
    indices = task.indices(0, 4)
    wanted = np.array(FORMS[network](task).run(indices))
    assert np.ptp(wanted) > 0
    for form in (Fused, Reference):
        np.testing.assert_allclose(form(task).run(indices), wanted, rtol=PARITY_TOLERANCE)
