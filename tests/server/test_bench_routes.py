"""The neuron bench over HTTP: one or two neurons, their files, and faults at their place."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from made_runs import Served
from test_routes import fault, fits

from snntrainer3d.analysis import respond
from snntrainer3d.server import bench_models
from snntrainer3d.spec import MOST_STEPS, Izhikevich

CELL = {"kind": "izhikevich"}
STEP = {"kind": "step", "current": 0.1, "begin": 20}


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_two_neurons_under_one_input(served: Served) -> None:
    asked = {"neurons": [CELL, {"kind": "leaky", "beta": 0.95}], "input": STEP, "num_steps": 120}
    found = fits(served.client.post("/api/neurons/bench", json=asked), bench_models.BenchAnswer)
    current = unpacked(found["current"])
    assert current.tolist() == [0.0] * 20 + [np.float32(0.1)] * 100
    cell, leaky = found["neurons"]
    expected = respond(Izhikevich(), current)
    assert [state["name"] for state in cell["states"]] == ["v", "u"]
    assert np.array_equal(unpacked(cell["states"][0]["values"]), expected.membrane[:, 0])
    assert cell["spikes"] == np.flatnonzero(expected.spikes[:, 0]).tolist()
    assert (cell["step_s"], leaky["step_s"]) == (0.001, None)
    assert cell["plane"]["names"] == ["v", "u"]
    assert unpacked(cell["plane"]["nullclines"][0]).size % 4 == 0
    assert leaky["plane"] is None
    assert cell["curve"]["currents"] == leaky["curve"]["currents"]
    short = {**asked, "curve": None, "plane": False}
    for one in served.client.post("/api/neurons/bench", json=short).json()["neurons"]:
        assert (one["curve"], one["plane"], one["summary"]["rheobase"]) == (None, None, None)


def test_tables_are_files(served: Served) -> None:
    asked = {"neurons": [CELL], "input": STEP, "num_steps": 5}
    for name, head in (("bench.csv", "step,input,v,u,s,spike\n"), ("curve.csv", "neuron,current,rate,rate_hz\n")):
        answer = served.client.post(f"/api/neurons/{name}", json=asked)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.text.startswith(head)
    assert served.client.post("/api/neurons/bench.pdf", json=asked).status_code in (404, 422)


def test_every_fault_has_its_place(served: Served) -> None:
    wrong: dict[str, Any] = {
        "neurons[0].kind": {"neurons": [{"kind": "leeky"}]},
        "neurons[0].beta": {"neurons": [{"kind": "leaky", "beta": 7}]},
        "neurons": {"neurons": []},
        "num_steps": {"neurons": [CELL], "num_steps": MOST_STEPS + 1},
        "input.kind": {"neurons": [CELL], "input": {"kind": "square"}},
        "input.length": {"neurons": [CELL], "input": {"kind": "pulse", "length": 0}},
        "input.text": {"neurons": [CELL], "input": {"kind": "recorded", "text": "1\nx"}},
        "curve.points": {"neurons": [CELL], "curve": {"points": 201}},
        "curve.highest": {"neurons": [CELL], "curve": {"lowest": 2, "highest": 1}},
        "plane_current": {"neurons": [CELL], "plane_current": 1e12},
    }
    for path, body in wrong.items():
        assert fault(served.client.post("/api/neurons/bench", json=body), 422, "spec")["path"] == path
