"""Own neurons by their name: kept once, trained, in studies, and in a run without the library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import snntrainer3d as s3d
from snntrainer3d.cli import run
from snntrainer3d.compose import Choices, compose
from snntrainer3d.errors import ConflictError, InputError, NotFoundError, SpecError
from snntrainer3d.exports import FORMS, prove_files
from snntrainer3d.neurons import keep_neuron, neuron_named, own_names, remove_neuron
from snntrainer3d.spec import OwnNeuron, parse_study
from snntrainer3d.studies.plan import make_plan

STEP = ["v = beta * v + x", "out = spike(v - threshold)", "v = v * (1 - detach(out))"]
LEARNED = s3d.neuron(
    ["v = keep * v + x - heaviside(v - threshold) * threshold", "out = spike(v - threshold)"],
    {"v": 0},
    {"keep": {"value": 0.9, "low": 0, "high": 1, "learn": "per_neuron"}, "threshold": 1.0},
    title="Learned LIF",
)
LIF = s3d.neuron(STEP, {"v": 0}, {"beta": 0.9, "threshold": 1.0}, title="My LIF")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "home"))


def test_a_neuron_is_kept_once_under_its_title() -> None:
    assert own_names() == []
    assert (keep_neuron(LIF), keep_neuron(LIF), own_names()) == ("own-my-lif", "own-my-lif", ["own-my-lif"])
    assert neuron_named("own-my-lif:beta=0.5").number("beta") == 0.5
    with pytest.raises(ConflictError, match="another own neuron has already"):
        keep_neuron(LIF.changed(substeps=2))
    remove_neuron("own-my-lif")
    with pytest.raises(NotFoundError):
        neuron_named("own-my-lif")


def test_every_way_of_naming_it_composes_the_same_network() -> None:
    keep_neuron(LIF)
    wanted = compose(Choices(dataset="digits", neuron=LIF)).network
    assert [layer.neuron for layer in wanted.layers] == [LIF, LIF]
    assert compose(Choices(dataset="digits", neuron="own-my-lif")).network == wanted
    assert s3d.design("digits", neuron=LIF).network == wanted
    named = ["leaky", "own-my-lif", LIF.model_dump(mode="json")]
    study = {"name": "own", "compose": {"dataset": "digits"}, "vary": {"kind": "grid", "fields": {"neuron": named}}}
    planned = [one.spec.network.layers[0].neuron for one in make_plan(parse_study(study)).entries]
    assert planned[1:] == [LIF, LIF]
    beta = compose(Choices(dataset="digits", neuron="own-my-lif", neuron_values={"beta": 0.7}))
    assert beta.network.output.neuron.number("beta") == 0.7
    mixed = compose(Choices(dataset="digits", output_neuron="own-my-lif"))
    assert [one.kind for one in mixed.network.neurons()] == ["leaky", "equations"]
    with pytest.raises(SpecError, match="no own neuron own-my-lof"):
        compose(Choices(dataset="digits", neuron="own-my-lof"))


def test_one_that_never_spikes_is_read_by_its_membrane() -> None:
    silent = s3d.neuron("v = 0.9 * v + x", {"v": 0})
    spec = compose(Choices(dataset="digits", output_neuron=silent))
    assert spec.training.loss == "max_membrane"


@pytest.mark.slow
def test_digits_are_learned_and_taken_home_without_the_library(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lif.json"
    file.write_text(LEARNED.model_dump_json())
    assert run(["neuron", "add", str(file)]) == 0
    assert run(["train", "--dataset", "digits", "--neuron", "own-learned-lif", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert run(["neuron", "remove", "own-learned-lif"]) == 0
    again = s3d.open_run(found["run"])
    assert isinstance(again.network.network.output.neuron, OwnNeuron)
    assert s3d.evaluate(again).accuracy >= 0.93
    for form in ("numpy", "c", "nir"):
        if FORMS[form].runs_here:
            proof = prove_files(
                FORMS[form], again.network, FORMS[form].write(again.network, f"net{FORMS[form].ending}")
            )
            assert (proof.spikes_differ, proof.predictions_agree) == (0, proof.samples), form
            assert proof.spikes > 1_000
    assert run(["export", again.id, "--to", "numpy", "--output", str(tmp_path / "net.py")]) == 0


def test_faults_of_a_file_name_option_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lif.json"
    file.write_text(LIF.model_dump_json().replace("beta * v", "beta * w"))
    assert run(["train", "--neuron", str(file)]) == 2
    assert "--neuron step[0]: line 1, column 12: there is no w." in capsys.readouterr().err
    assert run(["neuron", "add", str(file)]) == 2
    assert "line 1, column 12: there is no w." in capsys.readouterr().err
    assert own_names() == []


def test_a_neuron_is_named_alike_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "lif.json"
    file.write_text(LIF.model_dump_json())
    leaky = s3d.design("digits", neuron="leaky:beta=0.8").network.output.neuron
    assert leaky == s3d.design("digits", neuron={"kind": "leaky", "beta": 0.8}).network.output.neuron
    assert leaky.number("beta") == 0.8
    assert s3d.design("digits", neuron=str(file)).network.output.neuron == LIF
    with pytest.raises(SpecError, match=r"neuron\.kind"):
        s3d.design("digits", neuron={"kind": "leeky"})
    with pytest.raises(InputError, match="got a value of type int"):
        s3d.neuron_bench(7)  # type: ignore[arg-type]
    assert keep_neuron(LIF.changed(title="Own LIF")) == "own-lif"
