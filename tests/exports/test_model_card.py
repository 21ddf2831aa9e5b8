"""The model card says what the run's document and results say, and what is not known."""

from __future__ import annotations

import numpy as np
from made_networks import made

from snntrainer3d.analysis import evaluate_counts
from snntrainer3d.exports import model_card
from snntrainer3d.spec import Alpha, Leaky, RunSpec, Training, parse

TEST = evaluate_counts(np.eye(4, 10), np.array([0, 1, 2, 9]), 0.5, tuple("0123456789")).to_dict()


def spec(**training):
    return RunSpec(network=made(Leaky(), Alpha()).network, training=Training(dataset="digits", **training))


def test_network_data_recipe_and_figures_are_there():
    card = model_card(spec(seed=7, learning_rate=0.003), "mine", {"test": TEST})
    assert card.startswith("# mine\n")
    for said in ("64-30-10", "Licence: CC BY 4.0", "| seed | 7 |", "learning rate 0.003", "75.00% of 4 samples"):
        assert said in card
    assert "| 1 | dense | 30 | Leaky: beta 0.9, threshold 1, reset subtract |" in card
    assert "| 2 | dense | 10 | Alpha: alpha 0.95, beta 0.9, threshold 1, reset zero |" in card
    assert card.count("\n| ") > 20
    assert card.count("$$\n\\begin{aligned}") == 2
    assert r"m_t &= \beta \cdot m_{t-1} + x_t - r \cdot \mathrm{threshold}" in card
    assert r"\tau &= \frac{\ln(\alpha)}{\ln(\beta) - \ln(\alpha)} + 1" in card


def test_what_is_not_known_is_said():
    card = model_card(spec(), "mine", {"test": None}, recipe_known=False)
    assert "Not known: the weights were read from a file." in card
    assert "Not measured." in card
    assert "learning rate" not in card


def test_layers_without_neurons_have_a_dash():
    layers = [{"kind": "conv2d", "channels": 2, "kernel": 3}, {"kind": "flatten"}, {"kind": "dense", "size": 10}]
    network = parse(type(spec().network), {"input": {"shape": [1, 8, 8]}, "layers": layers})
    card = model_card(RunSpec(network=network, training=Training(dataset="digits")), "mine", None)
    assert "| 2 | flatten | 72 | – |" in card
