"""The example notebook runs in a kernel of its own, and its views hold the network that was trained there."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snntrainer3d.frames import decode_frame
from snntrainer3d.runs import RunStore

NOTEBOOK = Path(__file__).resolve().parent.parent.parent / "docs" / "own-loop.ipynb"
VIEW = "application/vnd.jupyter.widget-view+json"
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", store_widget_state=True).execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Give the notebook as its kernel left it, and the home that it wrote into."""
    pytest.importorskip("nbclient")
    folder = tmp_path_factory.mktemp("notebook")
    target, home = folder / "executed.ipynb", folder / "home"
    environment = {**os.environ, "SNNTRAINER3D_HOME": str(home), "IPYTHONDIR": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", EXECUTE, str(NOTEBOOK), str(target)]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=700, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(target.read_text(encoding="utf-8")), home


@pytest.mark.slow
def test_the_loop_becomes_a_run_whose_network_has_learned(executed: tuple[dict[str, Any], Path]) -> None:
    notebook, home = executed
    [printed] = [
        "".join(output["text"])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and "test accuracy" in "".join(output["text"])
    ]
    assert float(printed.split()[2].rstrip(",")) > 0.8
    with RunStore(home) as store:
        [row] = store.list()
        assert (row.name, row.status) == ("my digits", "finished")
        assert row.id == printed.split()[-1]
        assert store.metrics(row.id).updates[-1].update == 8 * 23


@pytest.mark.slow
def test_both_views_show_the_trained_weights(executed: tuple[dict[str, Any], Path]) -> None:
    notebook, home = executed
    shown = [
        output["data"][VIEW]["model_id"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    ]
    assert len(shown) == 2
    states = notebook["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    with RunStore(home) as store:
        trained = store.trained(store.list()[0].id)
    wanted = [trained.tensors[f"layers.{layer}.weight"] for layer in (0, 1)]
    for model in shown:
        state = states[model]["state"]
        assert state["spec"]["network"]["layers"][0]["size"] == 40
        [buffer] = [part for part in states[model]["buffers"] if part["path"] == ["frame"]]
        frame = decode_frame(base64.b64decode(buffer["data"]))
        for layer, matrix in zip(frame.layers, wanted, strict=True):
            # The first follows at most four times a second: the last updates of a training may come after it.
            assert np.corrcoef((layer.values * layer.scale).ravel(), matrix.ravel())[0, 1] > 0.9
