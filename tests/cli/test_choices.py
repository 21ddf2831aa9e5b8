"""From options to documents, and faults back to options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snntrainer3d.cli.choices import Options, hidden_sizes, spec_from
from snntrainer3d.compose import Choices, compose
from snntrainer3d.errors import InputError, SpecError
from snntrainer3d.spec import NEURON_KINDS, PRESETS, RunSpec, TrainedNetwork, fixed_tensors, tensor_shapes


def faults_of(options: Options, start: TrainedNetwork | None = None) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        spec_from(options, start)
    return {fault.path: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize("dataset", ["digits", "mnist", "xor"])
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("neuron", [kind for kind in NEURON_KINDS if kind != "integrator"])
def test_every_choice_gives_a_document_that_fits_its_data(dataset: str, preset: str, neuron: str) -> None:
    spec = compose(Choices(dataset=dataset, preset=preset, neuron=neuron, hidden=(7, 5)))
    outputs = {"digits": "64-7-5-10", "mnist": "784-7-5-10", "xor": "2-7-5-2"}
    assert spec.network.title() == outputs[dataset]
    assert {layer.neuron.kind for layer in spec.network.layers} == {neuron}
    assert spec.training.num_steps == PRESETS[preset].training_for(dataset)["num_steps"]


def test_integrators_are_for_the_output_and_bring_the_loss_that_reads_them() -> None:
    spec = spec_from(Options(output_neuron="integrator", training={"dataset": "digits"}))
    assert [layer.neuron.kind for layer in spec.network.layers if layer.neuron] == ["leaky", "integrator"]
    assert spec.training.loss == "max_membrane"
    assert set(faults_of(Options(neuron="integrator", training={"dataset": "digits"}))) == {"--neuron"}
    assert set(faults_of(Options(output_neuron="integrater", training={"dataset": "digits"}))) == {"--output-neuron"}
    wrong = Options(output_neuron="integrator", training={"dataset": "digits", "loss": "count"})
    assert set(faults_of(wrong)) == {"--loss"}


def test_a_value_that_a_neuron_does_not_have_is_not_answered_with_its_own_name() -> None:
    options = Options(neuron="izhikevich", neuron_values={"beta": 0.9}, training={"dataset": "digits"})
    with pytest.raises(SpecError) as caught:
        spec_from(options)
    assert {fault.path for fault in caught.value.faults} == {"--beta"}
    assert "belongs to another kind" in caught.value.faults[0].hint


def test_options_go_over_the_preset() -> None:
    options = Options(
        hidden="20", neuron="synaptic", preset="paper", neuron_values={"beta": 0.7, "alpha": 0.3},
        training={"dataset": "digits", "epochs": 4, "seed": 9, "name": "mine"},
    )  # fmt: skip
    spec = spec_from(options)
    assert [(layer.neuron.alpha, layer.neuron.beta) for layer in spec.network.layers] == [(0.3, 0.7)] * 2  # type: ignore[union-attr]
    assert (spec.training.epochs, spec.training.seed, spec.training.name) == (4, 9, "mine")
    assert spec.training.learning_rate == PRESETS["paper"].training["learning_rate"]


def test_mnist_is_the_default_only_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path))
    monkeypatch.delenv("SNNTRAINER3D_DATA", raising=False)
    assert spec_from(Options()).training.dataset == "digits"


@pytest.mark.parametrize(("text", "sizes"), [("100", (100,)), ("100,50", (100, 50)), ("none", ()), (" 3, 4 ", (3, 4))])
def test_hidden_layers_are_read(text: str, sizes: tuple[int, ...]) -> None:
    assert hidden_sizes(text) == sizes


@pytest.mark.parametrize(
    ("options", "path", "words"),
    [
        (Options(hidden="0"), "--hidden", "got 0"),
        (Options(hidden="-1"), "--hidden", "got -1"),
        (Options(hidden="1000000"), "--hidden", "got 1000000"),
        (Options(hidden="a"), "--hidden", "got 'a'"),
        (Options(hidden=" "), "--hidden", "is empty"),
        (Options(training={"name": ""}), "--name", "is empty"),
        (Options(template="lenet", training={"dataset": "moons"}), "--template", "wants pictures"),
        (Options(hidden="10,,5"), "--hidden", "got '10,,5'"),
        (Options(hidden="100000,100000"), "--hidden", "weights"),
        (Options(neuron="leeky"), "--neuron", "got 'leeky'"),
        (Options(preset="fats"), "--preset", "got 'fats'"),
        (Options(neuron_values={"beta": 1.2}), "--beta", "got 1.2"),
        (Options(neuron_values={"alpha": 0.4}), "--alpha", "no such field"),
        (Options(neuron="alpha", neuron_values={"alpha": 0.5, "beta": 0.6}), "--alpha", "above beta"),
        (Options(training={"dataset": "minst"}), "--dataset", "got 'minst'"),
        (Options(training={"epochs": 0}), "--epochs", "got 0"),
        (Options(training={"num_steps": 0}), "--num-steps", "got 0"),
        (Options(training={"batch_size": 0}), "--batch-size", "got 0"),
        (Options(training={"learning_rate": -1.0}), "--learning-rate", "got -1"),
        (Options(training={"seed": -1}), "--seed", "got -1"),
        (Options(training={"name": "../../etc"}), "--name", "reads as a path"),
        (Options(training={"loss": "mse"}), "--loss", "got"),
    ],
)
def test_a_fault_is_named_by_its_option(options: Options, path: str, words: str) -> None:
    faults = faults_of(options)
    assert list(faults) == [path]
    assert words in faults[path]


def test_all_faults_are_told_at_once() -> None:
    options = Options(hidden="x", neuron="y", preset="z", training={"epochs": 0, "dataset": "w"})
    assert set(faults_of(options)) == {"--hidden", "--neuron", "--preset", "--epochs", "--dataset"}


def write(folder: Path, document: Any) -> Path:
    path = folder / "spec.json"
    path.write_text(json.dumps(document))
    return path


def a_spec() -> RunSpec:
    return compose(Choices(dataset="digits", hidden=(5,), preset="paper"))


def test_a_file_gives_the_document_and_options_go_over_it(tmp_path: Path) -> None:
    path = write(tmp_path, a_spec().model_dump(mode="json"))
    assert spec_from(Options(spec_file=path)) == a_spec()
    changed = spec_from(Options(spec_file=path, training={"epochs": 3}, preset="fast"))
    assert (changed.training.epochs, changed.training.loss) == (3, "count")
    assert changed.network == a_spec().network


def test_a_network_alone_is_trained_with_the_preset(tmp_path: Path) -> None:
    spec = spec_from(Options(spec_file=write(tmp_path, a_spec().network.model_dump(mode="json")), preset="paper"))
    assert spec.network == a_spec().network
    assert spec.training.loss == "membrane"


@pytest.mark.parametrize(
    "options", [Options(hidden="5"), Options(neuron="alpha"), Options(neuron_values={"beta": 0.5})]
)
def test_the_network_is_given_once(options: Options, tmp_path: Path) -> None:
    path = write(tmp_path, a_spec().model_dump(mode="json"))
    both = Options(path, options.hidden, options.neuron, None, options.neuron_values)
    with pytest.raises(InputError, match="both give the network"):
        spec_from(both)


def test_faults_of_a_file_are_named_by_their_path_in_it(tmp_path: Path) -> None:
    document = a_spec().model_dump(mode="json")
    document["network"]["layers"][0]["size"] = 0
    document["training"]["epoch"] = 1
    assert set(faults_of(Options(spec_file=write(tmp_path, document)))) == {"network.layers[0].size", "training.epoch"}


def test_two_documents_in_a_file_are_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text("{} {}")
    assert "second document" in faults_of(Options(spec_file=path))[""]


def test_training_on_takes_network_and_recipe_from_the_weights() -> None:
    import numpy as np

    before = a_spec()
    drawn = {name: np.full(shape, 0.5, np.float32) for name, shape in tensor_shapes(before.network).items()}
    tensors = {**drawn, **fixed_tensors(before.network)}
    start = TrainedNetwork(before.network, tensors, before.training.changed(name="first"))
    spec = spec_from(Options(training={"epochs": 2}), start)
    assert spec.network == before.network
    assert (spec.training.epochs, spec.training.name, spec.training.loss) == (2, "", "membrane")
    assert spec_from(Options(preset="fast"), start).training.loss == "count"


def test_a_long_training_takes_the_recipe_of_long_ones() -> None:
    long = compose(Choices(dataset="mnist", preset="fast", training={"epochs": 10}))
    assert long == compose(Choices(dataset="mnist", preset="thorough"))
    assert compose(Choices(dataset="mnist", preset="fast", training={"epochs": 4})).training.learning_rate == 4e-3
    digits = compose(Choices(dataset="digits", preset="fast", training={"epochs": 10})).training
    assert digits.learning_rate == PRESETS["fast"].training_for("digits")["learning_rate"]
