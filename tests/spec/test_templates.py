"""Templates make networks that fit every data set, with a recipe of their own."""

from __future__ import annotations

import pytest

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import CATALOGUE, check_fit
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import TEMPLATES, advise


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("dataset", CATALOGUE)
def test_a_template_fits_the_data_set_or_says_that_it_wants_another(name: str, dataset: str) -> None:
    if name == "lenet" and len(CATALOGUE[dataset].input_shape) < 3:
        with pytest.raises(SpecError) as caught:
            compose(Choices(dataset=dataset, template=name))
        assert [fault.path for fault in caught.value.faults] == ["template"]
        assert "wants pictures" in caught.value.faults[0].message
        return
    spec = compose(Choices(dataset=dataset, template=name))
    assert check_fit(spec.network, CATALOGUE[dataset]) == []
    kinds = {"adaptive", "integrator"} if name == "memory" else {"leaky"}
    assert {neuron.kind for neuron in spec.network.neurons()} == kinds
    if name == "memory":
        assert spec.training.loss == "max_membrane"


def test_a_templates_recipe_goes_over_the_presets_and_choices_over_both() -> None:
    spec = compose(Choices(dataset="mnist", template="lenet", training={"epochs": 2}))
    assert spec.training.num_steps == TEMPLATES["lenet"].recipes["mnist"]["num_steps"]
    assert spec.training.epochs == 2
    assert compose(Choices(dataset="mnist", template="lenet", preset="paper")).training.num_steps == 25


def test_an_unknown_template_is_told_with_the_nearest() -> None:
    with pytest.raises(SpecError, match="lenet"):
        compose(Choices(dataset="digits", template="lent"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_is_warned_of_with_its_own_recipe(name: str) -> None:
    pictures = ["mnist", "fashion-mnist", "digits", "mnist-events-simulated"]
    others = [] if name == "lenet" else ["spoken-digits", "memory", "parity-4"]
    for dataset in pictures + others:
        assert advise(compose(Choices(dataset=dataset, template=name)), memory_bytes=2**36) == [], dataset
