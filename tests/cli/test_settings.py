"""--set: every field of a training by its path, all faults at once, names offered where one is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from snntrainer3d.cli.choices import Options, spec_from
from snntrainer3d.cli.settings import complete_setting, setting_names
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Training, dense_network, training_names
from snntrainer3d.spec.run import RunSpec


def training_of(*settings: str, like: RunSpec | None = None, **training: Any) -> Training:
    options = Options(settings=settings, training=training if like else {"dataset": "digits", **training})
    return spec_from(options, None, like).training


def faults_of(*settings: str, **training: Any) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        training_of(*settings, **training)
    return {fault.path: f"{fault.message} {fault.hint}".strip() for fault in caught.value.faults}


VALUES = {
    "pixels=standardised": ("pixels", "standardised"),
    "coding=latency": ("coding.kind", "latency"),
    "optimizer=sgd": ("optimizer.kind", "sgd"),
    "warm_up_updates=7 schedule=cosine": ("warm_up_updates", 7),
    "gradient_clip_norm=1.5": ("gradient_clip_norm", 1.5),
    "loss=rate_mse correct_rate=0.9": ("correct_rate", 0.9),
    "population=3": ("population", 3),
    "class_weights=balanced": ("class_weights", "balanced"),
    "rate_penalty=0.1 rate_target=0.05": ("rate_target", 0.05),
    "truncate_steps=4": ("truncate_steps", 4),
    "initial_weights=orthogonal": ("initial_weights", "orthogonal"),
    "augmentation.shift_pixels=2": ("augmentation.shift_pixels", 2),
    "stop_after_epochs=3": ("stop_after_epochs", 3),
    "keep_best=true": ("keep_best", True),
    "name=mine": ("name", "mine"),
    "optimizer=adamw optimizer.weight_decay=0.2": ("optimizer.weight_decay", 0.2),
    "coding=population coding.neurons=4": ("coding.neurons", 4),
}


@pytest.mark.parametrize("given", VALUES)
def test_a_field_takes_the_value(given: str) -> None:
    found: Any = training_of(*(f"training.{one}" for one in given.split()))
    path, wanted = VALUES[given]
    for name in path.split("."):
        found = getattr(found, name)
    assert found == wanted


def test_every_field_of_the_document_has_a_name() -> None:
    named = set(training_names())
    assert {name.partition(".")[0] for name in named} == set(Training.model_fields) - {"format", "version"}
    assert {"schedule.kind", "schedule.patience_epochs", "augmentation.noise", "coding.width"} <= named
    assert training_names()["schedule.patience_epochs"] == ("plateau",)
    assert training_names()["optimizer.kind"] == ()


def test_the_fields_of_a_part_go_over_the_recipes_and_another_kind_begins_anew() -> None:
    fast = training_of()
    assert (fast.schedule.kind, fast.schedule.warm_up_share) == ("one_cycle", 0.1)
    divided = training_of("training.schedule.start_divisor=10").schedule
    assert (divided.warm_up_share, divided.start_divisor) == (0.1, 10.0)
    assert training_of("training.schedule=constant").schedule.model_dump() == {"kind": "constant"}
    assert training_of("schedule.kind=constant").schedule.kind == "constant", "the root may be left out"


def test_they_go_over_a_run_that_is_there() -> None:
    like = RunSpec(network=dense_network((64,), [5], 10), training={"optimizer": {"kind": "sgd", "momentum": 0.5}})
    found = training_of("training.optimizer.nesterov=true", "training.gradient_clip_norm=null", like=like).optimizer
    assert found.model_dump() == {"kind": "sgd", "momentum": 0.5, "nesterov": True, "weight_decay": 0.0}


def test_the_network_follows_codings_and_populations() -> None:
    settings = ("training.coding=population", "training.coding.neurons=4", "training.population=3")
    spec = spec_from(Options(settings=settings, training={"dataset": "xor", "validation_share": 0.0}, hidden="7"))
    assert spec.network.title() == "8-7-6"


def test_all_faults_are_told_at_once_with_names_that_exist() -> None:
    found = faults_of(
        "training.schedul=cosine",
        "training.schedule.patience=3",
        "training.coding.gain=3",
        "training.optimizer=adamw",
        "training.optimizer.weight_decay=-1",
        "training.epochs",
        "training.stop_after_epochs=0",
        "training.keep_last_batch=true",
        "training.keep_last_batch=false",
        "training.loss=counts",
    )
    assert "training.schedule" in found["--set training.schedul"]
    assert "training.schedule.patience_epochs" in found["--set training.schedule.patience"]
    assert found["--set training.coding.gain"].endswith("It goes with --set training.coding=rate.")
    assert "not below 0" in found["--set training.optimizer.weight_decay"]
    assert "NAME=VALUE" in found["--set"]
    assert "given twice" in found["--set training.keep_last_batch"]
    assert "not below 1" in found["--set training.stop_after_epochs"]
    assert "'count'" in found["--set training.loss"]
    assert len(found) == 8


def test_what_has_an_option_is_given_once() -> None:
    assert "--epochs too" in faults_of("training.epochs=3", epochs=4)["--set training.epochs"]


def test_a_shell_completes_names() -> None:
    wanted = {f"training.schedule.{name}=" for name in ("end_divisor", "end_share", "every_epochs")}
    assert set(complete_setting("training.schedule.e")) == wanted
    assert len(complete_setting("")) == len(setting_names()) > 40


def test_a_field_of_the_network_is_shown_its_own_way() -> None:
    told = faults_of("network.layers[0].neuron.beta=0.9", "network.layers[0].bias=false", "=")
    assert "--beta" in told["--set network.layers[0].neuron.beta"]
    assert "a study" in told["--set network.layers[0].bias"]
    assert told["--set"].startswith("got '=', expected NAME=VALUE.")
    assert not any("training.pixels" in text for text in told.values())
