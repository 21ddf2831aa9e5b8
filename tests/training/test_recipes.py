"""What the recipes promise on MNIST's test images, over seeds that the search did not see."""

from __future__ import annotations

import statistics

import pytest

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.events import Finished
from snntrainer3d.training import train

SEEDS = (21, 22, 23, 24, 25)


def accuracies(hidden: int, epochs: int) -> list[float]:
    """Give the test accuracy of the preset `fast` for each seed."""
    dataset = load("mnist")
    found = []
    for seed in SEEDS:
        training = {"epochs": epochs, "seed": seed}
        *_, last = train(compose(Choices("mnist", (hidden,), preset="fast", training=training)), dataset)
        assert isinstance(last, Finished)
        found.append(float(last.results["test"]["accuracy"]))
    print(hidden, epochs, found)
    return found


@pytest.mark.verify
@pytest.mark.mnist
@pytest.mark.parametrize(("hidden", "epochs", "least"), [(100, 1, 0.965), (400, 10, 0.983)])
def test_the_recipe_reaches_what_it_promises(hidden: int, epochs: int, least: float) -> None:
    assert statistics.mean(accuracies(hidden, epochs)) >= least
