"""The command that a run says repeats it: given to the command line, it makes the same document."""

from __future__ import annotations

import shlex

import pytest

from snntrainer3d.cli import run
from snntrainer3d.compose import Choices, compose
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import RunSpec


def repeated(store: RunStore, command: str, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """Give the document of the run that a command makes, without training it."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("snntrainer3d.cli.train._run", stopped)
    program, *arguments = shlex.split(command)
    assert program == "snntrainer3d"
    known = {row.id for row in store.list()}
    assert run(arguments) == 130
    [new] = {row.id for row in store.list()} - known
    return store.get(new).spec


@pytest.mark.slow
@pytest.mark.parametrize(
    "chosen",
    [
        Choices(dataset="digits"),
        Choices(dataset="xor", hidden=(), neuron="alpha", preset="paper", training={"seed": 4, "name": "it's mine"}),
        Choices(dataset="mnist", hidden=(30, 20), neuron="synaptic", neuron_values={"alpha": 0.6, "beta": 0.7}),
        Choices(dataset="digits", training={"learning_rate": 3e-4, "epochs": 2, "loss": "membrane", "batch_size": 7}),
    ],
)
def test_options_make_the_same_document(store: RunStore, chosen: Choices, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = compose(chosen)
    told = store.get(store.create(spec).id).repeat
    assert "\n" not in told.anywhere
    assert repeated(store, told.anywhere, monkeypatch) == spec
    assert repeated(store, told.here, monkeypatch) == spec


@pytest.mark.slow
def test_what_no_options_make_is_repeated_by_a_file(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = spec.changed(training=spec.training.changed(split_seed=3))
    told = store.get(store.create(odd).id).repeat
    export, again = told.anywhere.splitlines()
    assert export.startswith("snntrainer3d export ")
    assert again == f"snntrainer3d train {shlex.split(export)[-1]}"
    assert repeated(store, told.here, monkeypatch) == odd
