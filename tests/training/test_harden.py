"""Fine-tuning on disturbed weights: what it learns is the undisturbed network, and it wins accuracy back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.circuits import CircuitSettings, Decider, Imperfections, disturbance, study_point
from snntrainer3d.data import Dataset, Split, load
from snntrainer3d.errors import SpecError
from snntrainer3d.exports import read_weights
from snntrainer3d.spec import TrainedNetwork, Training
from snntrainer3d.training import harden

NETWORKS = Path(__file__).parents[1] / "golden" / "networks"


def network(name: str) -> TrainedNetwork:
    return read_weights(NETWORKS / f"{name}.json")


def test_a_constant_disturbance_does_not_end_up_in_the_weights() -> None:
    """Weights that are shown 1 too large, at a learning rate of almost nothing, stay what they are."""
    trained = network("xor-2-8-2")
    assert trained.training is not None
    recipe = trained.training.changed(epochs=3, learning_rate=1e-9)

    def shifted(now: TrainedNetwork, _generator: np.random.Generator) -> dict[str, np.ndarray]:
        return {name: array + 1 for name, array in now.tensors.items() if name.endswith("weight")}

    found = list(harden(trained, load("xor"), recipe, shifted))
    assert [one.epoch for one in found] == [1, 2, 3]
    for name, array in found[-1].trained.tensors.items():
        assert np.allclose(array, trained.tensors[name], atol=1e-5)


def last_of(recipe: Training, trained: TrainedNetwork, data: Dataset) -> dict[str, np.ndarray]:
    *_, last = harden(trained, data, recipe, lambda _now, _generator: {})
    return dict(last.trained.tensors)


@pytest.mark.slow
def test_schedule_warm_up_and_class_weights_are_those_of_the_recipe() -> None:
    trained, xor = network("xor-2-8-2"), load("xor")
    assert trained.training is not None
    recipe = trained.training.changed(epochs=3, learning_rate=0.01, batch_size=2, schedule={"kind": "constant"})
    constant = last_of(recipe, trained, xor)
    late = last_of(recipe.changed(schedule={"kind": "steps", "every_epochs": 3}), trained, xor)
    assert all(np.array_equal(constant[name], array) for name, array in late.items())
    warm = last_of(recipe.changed(warm_up_updates=5), trained, xor)
    assert not np.array_equal(constant["layers.0.weight"], warm["layers.0.weight"])
    few = Dataset(xor.info, Split(xor.train.inputs[:3], xor.train.labels[:3]), xor.test, xor.input_scale)
    plain, balanced = (last_of(recipe.changed(class_weights=how), trained, few) for how in ("equal", "balanced"))
    assert not np.allclose(plain["layers.1.weight"], balanced["layers.1.weight"], atol=1e-5)


def test_a_network_of_another_data_set_is_refused() -> None:
    trained = network("xor-2-8-2")
    assert trained.training is not None
    with pytest.raises(SpecError, match="takes 2 values"):
        harden(trained, load("digits"), trained.training, lambda _now, _generator: {})


@pytest.mark.slow
def test_hardening_wins_back_what_four_levels_lose() -> None:
    trained, dataset = network("digits-64-20-10"), load("digits")
    assert trained.training is not None
    recipe = trained.training.changed(epochs=10, learning_rate=trained.training.learning_rate / 2)
    wrong = Imperfections(levels=4, spread=0.1)
    *_, last = harden(trained, dataset, recipe, disturbance(CircuitSettings(), wrong))
    scale, offset = dataset.affine(recipe.pixels)
    values = dataset.test.inputs.reshape(len(dataset.test.labels), -1) * np.float32(scale) + np.float32(offset)
    decider = Decider.of_inputs(values[:, None], dataset.test.labels, recipe.num_steps)
    before, after = (study_point(one, decider, wrong, draws=10, seed=7).mean for one in (trained, last.trained))
    assert after > before + 0.03
