"""Own neurons over HTTP: checked while they are written, kept, listed, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import Served
from test_routes import fault, fits

from snntrainer3d.home import home_folder
from snntrainer3d.server import models

LIF = {
    "kind": "equations",
    "title": "Lecture's LIF",
    "parameters": {"beta": 0.9, "threshold": 1},
    "states": {"v": 0},
    "step": ["v = beta * v + x", "out = spike(v - threshold)", "v = v * (1 - detach(out))"],
}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path))


def test_a_neuron_is_checked_line_by_line(served: Served) -> None:
    good = fits(served.client.post("/api/own-neurons/check", json=LIF), models.NeuronCheck)
    assert (good["faults"], good["equation"][0]) == ([], "v = β·v[t−1] + x[t]")
    assert good["neuron"]["membrane"] == "v"
    assert good["latex"].startswith("\\begin{aligned}")
    wrong = {**LIF, "step": ["v = beta * vv + x", "out = spike(v", "u = 1"]}
    bad = fits(served.client.post("/api/own-neurons/check", json=wrong), models.NeuronCheck)
    assert [(one["path"], one["message"]) for one in bad["faults"]] == [
        ("step[0]", "line 1, column 12: there is no vv."),
        ("step[1]", "line 2, column 12: a closing bracket is missing."),
    ]
    assert bad["equation"] == []


def test_a_neuron_is_kept_listed_and_removed(served: Served) -> None:
    kept = fits(served.client.post("/api/own-neurons", json=LIF), models.OwnNeuronRow)
    assert kept["name"] == "own-lecture-s-lif"
    assert served.client.post("/api/own-neurons", json=LIF).status_code == 201
    other = {**LIF, "parameters": {"beta": 0.8, "threshold": 1}}
    assert fault(served.client.post("/api/own-neurons", json=other), 409, "conflict")["path"] == "title"
    (home_folder() / "own-neurons" / "own-damaged.json").write_text("{")
    listed = fits(served.client.get("/api/own-neurons"), models.OwnNeuronList)["neurons"]
    assert [(one["name"], bool(one["fault"])) for one in listed] == [("own-damaged", True), (kept["name"], False)]
    assert served.client.delete(f"/api/own-neurons/{kept['name']}").status_code == 204
    assert (
        fault(served.client.delete(f"/api/own-neurons/{kept['name']}"), 404, "not_found")["hint"]
        == "There are own-damaged."
    )


def test_only_own_neurons_are_kept(served: Served) -> None:
    assert fault(served.client.post("/api/own-neurons", json={"kind": "leaky"}), 422, "spec")
    assert served.client.delete("/api/own-neurons/..%2F..%2Fx").status_code == 404
