"""The forms that run in this environment train the same network; another network is found out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from benchmarks.ours import Fused, Reference
from benchmarks.parity import PARITY_TOLERANCE, compare
from benchmarks.peers.snntorch_forms import Hoisted, Loop
from benchmarks.session import SNNTORCH_KINDS, paper_job
from benchmarks.task import Job, Task, invented_images, read_task, write_data, write_job

pytestmark = pytest.mark.slow

UPDATES = 10


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep arrays this small on one thread: a second one that waits costs more than it gives."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("samples")
    write_data(place, *invented_images(samples=400, features=49))
    return place


def small_task(folder: Path, kind: str, **changed: object) -> Task:
    job = paper_job(kind, hidden=20, num_steps=12, batch=16, learning_rate=5e-3, **changed)
    return read_task(write_job(folder, job))


@pytest.mark.parametrize("kind", SNNTORCH_KINDS)
@pytest.mark.parametrize("form", [Reference, Fused, Hoisted])
def test_ten_losses_agree_with_snntorch(folder: Path, kind: str, form: type) -> None:
    task = small_task(folder, kind)
    chosen = task.indices(0, UPDATES)
    parity = compare(form.__name__, form(task).run(chosen), Loop(task).run(chosen))
    assert parity.same, parity


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "leaky", "beta": 0.95, "threshold": 1.0, "reset": "zero"},
        {"kind": "leaky", "beta": 0.94, "threshold": 1.0, "reset": "subtract"},
    ],
)
def test_another_network_is_red(folder: Path, other: dict[str, object]) -> None:
    task, wrong = small_task(folder, "leaky"), small_task(folder, "leaky", neuron=other)
    chosen = task.indices(0, UPDATES)
    parity = compare("wrong", Reference(wrong).run(chosen), Loop(task).run(chosen))
    assert parity.red
    assert parity.difference > 2 * PARITY_TOLERANCE


def test_order_of_samples_goes_round(folder: Path) -> None:
    task = small_task(folder, "leaky")
    all_samples = task.indices(0, 25).reshape(-1)
    assert sorted(all_samples) == list(range(400))
    assert (task.indices(25, 3) == task.indices(0, 3)).all()


def test_the_paper_job_is_the_preset() -> None:
    assert paper_job() == Job()
