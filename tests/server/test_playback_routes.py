"""Samples, playback and surveys over HTTP, with the worker process behind."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from made_runs import Served, small_spec, trained_for
from test_routes import fault, fits

from snntrainer3d.exports import to_safetensors
from snntrainer3d.server import models

STROKE = np.zeros((60, 40), np.uint8)
STROKE[5:55, 15:25] = 255


def drawing(**changes: Any) -> dict[str, Any]:
    return {"width": 40, "height": 60, "pixels": base64.b64encode(STROKE.tobytes()).decode(), **changes}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ""),
        ({"index": 1, "pixels": [0]}, ""),
        ({"index": -1}, "index"),
        ({"index": 1, "split": "validation"}, "split"),
        ({"pixels": [256]}, "pixels[0]"),
        ({"index": 1, "num_steps": 0}, "num_steps"),
        ({"index": 1, "spikes": True}, "spikes"),
        ({"drawing": drawing(width=39)}, "drawing.pixels"),
        ({"drawing": drawing(pixels="ä")}, "drawing.pixels"),
        ({"drawing": drawing(height=5000)}, "drawing.height"),
        ([], ""),
    ],
)
def test_what_cannot_be_played_is_told_before_a_process_is_started(
    served: Served, finished: str, body: Any, path: str
) -> None:
    assert fault(served.client.post(f"/api/runs/{finished}/play", json=body), 422, "spec")["path"] == path


@pytest.mark.slow
def test_bad_addresses_are_told_before_a_process_is_started(served: Served) -> None:
    fault(served.client.post("/api/runs/nothing/play", json={"index": 1}), 404, "not_found")
    fault(served.client.get("/api/runs/nothing/predictions"), 404, "not_found")
    fault(served.client.get("/api/runs/nothing/rates"), 404, "not_found")
    fault(served.client.get("/api/runs/nothing/neuron?layer=0&neuron=0"), 404, "not_found")
    fault(served.client.get("/api/datasets/cifar/samples"), 404, "not_found")
    for query in (
        "split=all",
        "start=-1",
        "count=0",
        "count=501",
        "indices=a",
        "indices=1,",
        "indices=" + "1," * 500 + "1",
    ):
        fault(served.client.get(f"/api/datasets/digits/samples?{query}"), 422, "spec")


@pytest.mark.slow
def test_samples_playback_and_surveys_fit_their_models(served: Served) -> None:
    spec = small_spec()
    run = served.store.import_run(spec, to_safetensors(trained_for(spec))).id
    samples = fits(served.client.get("/api/datasets/digits/samples?count=3"), models.SampleBlock)
    assert (samples["indices"], samples["total"]) == ([0, 1, 2], 359)
    picked = fits(served.client.get("/api/datasets/digits/samples?indices=2,0&split=train"), models.SampleBlock)
    assert picked["indices"] == [2, 0]
    at = f"/api/runs/{run}"
    played = fits(served.client.post(f"{at}/play", json={"index": 2, "page": "one"}), models.Playback)
    assert (played["label"], len(played["layers"])) == (samples["labels"][2], 2)
    by_pixels = list(base64.b64decode(played["pixels"]))
    again = fits(served.client.post(f"{at}/play", json={"pixels": by_pixels, "num_steps": 4}), models.Playback)
    assert (again["pixels"], again["num_steps"]) == (played["pixels"], 4)
    drawn = fits(served.client.post(f"{at}/play", json={"drawing": drawing(), "layers": False}), models.Playback)
    assert drawn["layers"] == []
    assert sum(base64.b64decode(drawn["pixels"])) > 0
    fault(served.client.post(f"{at}/play", json={"pixels": [1, 2]}), 400, "input")
    fault(served.client.post(f"{at}/play", json={"index": 359}), 404, "not_found")
    fault(served.client.get("/api/datasets/digits/samples?indices=359"), 404, "not_found")
    predictions = fits(served.client.get(f"{at}/predictions"), models.Predictions)
    assert predictions["decisions"][2] == played["prediction"]
    assert predictions["labels"][:3] == samples["labels"]
    rates = fits(served.client.get(f"{at}/rates"), models.NeuronRates)
    assert [len(layer) for layer in rates["rates"]] == [6, 10]
    opened = fits(served.client.get(f"{at}/neuron?layer=1&neuron=4"), models.NeuronDetail)
    exact = served.client.get(f"{at}/weight?layer=1&row=4&column=2").json()["value"]
    assert opened["weights_in"][2] == exact
    fault(served.client.get(f"{at}/neuron?layer=2&neuron=0"), 404, "not_found")
    queued = served.store.create(spec).id
    fault(served.client.post(f"/api/runs/{queued}/play", json={"index": 0}), 404, "not_found")
