"""The neuron bench from Python: what is given in which form, what comes back, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snntrainer3d as s3d
from snntrainer3d.errors import InputError, NotFoundError, SpecError
from snntrainer3d.spec import Leaky, NoiseInput


def test_a_bench_has_response_curve_and_plane(tmp_path: Path) -> None:
    found = s3d.neuron_bench("synaptic:beta=0.95", "step:0.1", num_steps=50, currents=(0.0, 0.2), points=11)
    assert found.response.spikes.shape == (50, 1)
    assert set(found.response.states) == {"m", "i"}
    assert found.curve is not None
    assert np.allclose(found.curve.currents, np.linspace(0, 0.2, 11))
    assert found.plane is not None
    assert found.plane.current == pytest.approx(0.1)
    assert found.summary()["steps"] == 50
    document = tmp_path / "mine.json"
    document.write_text('{"kind": "leaky", "beta": 0.5}')
    for same in ("leaky:beta=0.5", Leaky(beta=0.5), {"kind": "leaky", "beta": 0.5}, document):
        response = s3d.neuron_bench(same, [0.5, 0.5]).response
        assert response.membrane[:, 0].tolist() == [0.5, 0.75]


def test_inputs_come_in_every_form() -> None:
    noise = NoiseInput(mean=0.1, deviation=0.1, seed=5)
    for one in ("noise:0.1,0.1,5", "noise:seed=5,mean=0.1,deviation=0.1", noise, noise.model_dump()):
        assert np.array_equal(
            s3d.neuron_bench("leaky", one).response.current, s3d.neuron_bench("leaky", noise).response.current
        )
    spikes = s3d.neuron_bench("leaky", "spikes:1,3,3,current=0.5").response.current[:, 0]
    assert spikes.tolist() == [0, 0.5, 0, 1, 0]


def test_respond_and_firing_curve_take_arrays() -> None:
    lanes = np.tile([[0.2, 0.4]], (20, 1))
    found = s3d.respond("leaky", lanes)
    assert found.membrane.shape == (20, 2)
    curve = s3d.firing_curve("leaky", [0.4, 0.05, 0.2], num_steps=100)
    assert curve.currents.tolist() == np.array([0.05, 0.2, 0.4], np.float32).tolist()
    assert curve.rates[0] == 0 < curve.rates[1] < curve.rates[2]


def test_what_is_wrong_is_told_with_its_place() -> None:
    wrong: tuple[tuple[type[Exception], str, Any], ...] = (
        (NotFoundError, "neither a kind of neuron nor a file", lambda: s3d.respond("leeky", [1.0])),
        (InputError, "number 1 is not finite", lambda: s3d.respond("leaky", [1.0, np.inf])),
        (InputError, "number 0 is not finite", lambda: s3d.respond("leaky", [1e300])),
        (InputError, "has the shape", lambda: s3d.respond("leaky", np.zeros((2, 2, 2)))),
        (InputError, "has the shape", lambda: s3d.firing_curve("leaky", [])),
        (InputError, "no array of numbers", lambda: s3d.firing_curve("leaky", ["a"])),
        (SpecError, "num_steps: got 0", lambda: s3d.firing_curve("leaky", num_steps=0)),
        (SpecError, "currents.highest", lambda: s3d.neuron_bench("leaky", currents=(2.0, 1.0))),
        (SpecError, "neuron.beta", lambda: s3d.neuron_bench({"kind": "leaky", "beta": 3})),
        (SpecError, "neuron.kind", lambda: s3d.neuron_bench({"kind": "leeky"})),
    )
    for kind, words, call in wrong:
        with pytest.raises(kind) as caught:
            call()
        assert words in str(caught.value), str(caught.value)
