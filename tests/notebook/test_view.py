"""`View`: what a notebook's page is sent of a run, a network or a module, and when."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import snntorch
import torch
from torch import nn
from torch.optim import optimizer as torch_optimizer

from snntrainer3d.errors import FailureError, InputError, MismatchError, NotFoundError
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import decode_frame
from snntrainer3d.notebook.chain import chain_of
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import RunSpec, Training

pytest.importorskip("anywidget")
SCRIPT = "export default { render() {} }"


@pytest.fixture(autouse=True)
def view(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give the class, with a small script in the place of the built one, which `make check` does not need."""
    import snntrainer3d as s3d

    given = s3d.View
    module = sys.modules["snntrainer3d.notebook.view"]
    (tmp_path / "view.js").write_text(SCRIPT)
    monkeypatch.setattr(module, "SCRIPT", tmp_path / "view.js")
    monkeypatch.setattr(module, "PERIOD_S", 0.0)
    monkeypatch.setattr(module, "SHARE", 1e9)
    return given


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 6), snntorch.Leaky(beta=0.9), nn.Linear(6, 10), snntorch.Leaky(beta=0.9))


def matrices(shown: Any) -> list[np.ndarray]:
    return [layer.values * np.float32(layer.scale) for layer in decode_frame(shown.frame).layers]


@pytest.mark.slow
def test_a_module_is_shown_and_followed_while_an_optimizer_changes_it(view: Any) -> None:
    module = network()
    shown = view(module, height=300)
    assert (shown._esm, shown.height, shown.class_names) == (SCRIPT, 300, list("0123456789"))
    assert [layer["size"] for layer in shown.spec["network"]["layers"]] == [6, 10]
    before = matrices(shown)
    optimizer = torch.optim.SGD(module.parameters(), lr=1.0)
    module[0].weight.grad = torch.ones_like(module[0].weight)
    optimizer.step()
    after = matrices(shown)
    assert np.allclose(after[0], before[0] - 1, atol=0.02)
    assert decode_frame(shown.frame).sequence == 1


@pytest.mark.slow
def test_a_view_that_is_gone_is_told_nothing(view: Any) -> None:
    module = network()
    hooks = torch_optimizer._global_optimizer_post_hooks
    count = len(hooks)
    shown = view(module)
    assert len(hooks) == count + 1
    shown.close()
    del shown
    gc.collect()
    assert len(hooks) == count


@pytest.mark.slow
def test_a_run_and_a_trained_network_are_shown(view: Any, tmp_path: Path) -> None:
    trained = chain_of(network()).trained(Training(dataset="digits"))
    with RunStore(tmp_path) as store:
        run = store.import_run(
            RunSpec(network=trained.network, training=Training(dataset="digits")), to_safetensors(trained)
        )
    for shown in (view(run.id, home=tmp_path), view(trained)):
        for found, wanted in zip(
            matrices(shown), (trained.tensors["layers.0.weight"], trained.tensors["layers.1.weight"]), strict=True
        ):
            assert np.abs(found - wanted).max() < 0.01


@pytest.mark.slow
def test_what_cannot_be_shown_is_told(view: Any, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        view("nothing", home=tmp_path)
    with pytest.raises(MismatchError, match="is ReLU"):
        view(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    with pytest.raises(InputError, match="got int"):
        view(3)
    (tmp_path / "view.js").unlink()
    with pytest.raises(FailureError, match="not built"):
        view(network())
