"""The commands: what they print on stdout and stderr, and how they end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snntrainer3d import __version__
from snntrainer3d.analysis import evaluate_counts
from snntrainer3d.cli import run
from snntrainer3d.compose import Choices, compose
from snntrainer3d.events import Cancelled, EpochDone, Finished, Prepared, StateChanged, Update
from snntrainer3d.exports import read_weights, to_json, to_safetensors
from snntrainer3d.runs import RecordWriter, RunStore
from snntrainer3d.spec import (
    DATASETS,
    InputContract,
    Latency,
    Readout,
    RunSpec,
    TrainedNetwork,
    Training,
    fixed_tensors,
    tensor_shapes,
)

pytestmark = pytest.mark.slow

TEST = evaluate_counts(np.eye(4, 10), np.array([0, 1, 2, 9]), 0.5, tuple("0123456789")).to_dict()
"""Three of four right."""
Capture = pytest.CaptureFixture[str]


def trained(hidden: tuple[int, ...] = (6,), dataset: str = "digits") -> TrainedNetwork:
    spec = compose(Choices(dataset=dataset, hidden=hidden))
    random = np.random.default_rng(0)
    shapes = tensor_shapes(spec.network)
    drawn = {name: np.asarray(random.normal(size=shape), np.float32) for name, shape in shapes.items()}
    return TrainedNetwork(spec.network, {**drawn, **fixed_tensors(spec.network)}, spec.training)


@pytest.fixture
def finished() -> str:
    """The id of a finished run, made without training."""
    network = trained()
    spec = compose(Choices(dataset="digits", hidden=(6,), training={"name": "mine"}))
    rates = [0.1, 0.2]
    with RunStore() as store:
        row = store.create(spec, launcher="cli")
        folder = store.folder(row.id)
        folder.weights.write_bytes(to_safetensors(network))
        with RecordWriter(folder.events) as record:
            record.write(StateChanged(state="running"))
            record.write(
                Prepared(
                    engine="reference", threads=1, parameters=460, train_samples=9, validation_samples=0,
                    test_samples=9, updates_per_epoch=1, total_updates=1,
                )
            )  # fmt: skip
            record.write(
                Update(
                    update=1, epoch=1, loss=1.0, accuracy=0.5, learning_rate=0.1, samples_per_second=1.0, rates=rates
                )
            )
            record.write(EpochDone(epoch=1, update=1, train_loss=1.0, train_accuracy=0.5, rates=rates, seconds=1.0))
            record.write(Finished(results={"test": TEST, "validation": None, "train_seconds": 2.0}))
        store.sync(row.id)
        return row.id


def told(capsys: Capture, *arguments: str, code: int = 0) -> str:
    """Run a command; give what it printed on stdout."""
    assert run(arguments) == code
    out, err = capsys.readouterr()
    assert (err == "") == (code == 0), err
    assert "Traceback" not in err
    return out


def told_json(capsys: Capture, *arguments: str, code: int = 0) -> Any:
    """Run a command with --json; give the one object on stdout."""
    return json.loads(told(capsys, *arguments, "--json", code=code))


def test_the_version(capsys: Capture) -> None:
    assert told(capsys, "--version").strip() == f"snntrainer3d {__version__}"


@pytest.mark.parametrize("command", [["--help"], ["train", "--help"], ["runs", "--help"], ["serve", "-h"]])
def test_help(capsys: Capture, command: list[str]) -> None:
    assert "Usage" in told(capsys, *command)


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["train", "--epochs", "many"], ["train", "--nothing"], ["export"], ["serve", "--port", "99999"]],
)
def test_wrong_usage_ends_with_two(capsys: Capture, arguments: list[str]) -> None:
    assert told(capsys, *arguments, code=2) == ""
    error = told_json(capsys, *arguments, code=2)["error"]
    assert error["code"] == "input"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--epochs", "many"], '--epochs: got "many", expected a whole number.'),
        (["train", "--learning-rate", "fast"], '--learning-rate: got "fast", expected a number.'),
        (["train", "--learning-rate", ""], "--learning-rate: is empty, expected a number."),
        (["simulate", "x", "--samples", "0"], '--samples: got "0", expected a number not below 1.'),
        (["export", "x", "--to", "jsn", "-o", "y"], "--to: got 'jsn', expected one of json, safetensors,"),
    ],
)
def test_a_refused_value_is_told_as_in_a_document(capsys: Capture, arguments: list[str], words: str) -> None:
    told(capsys, *arguments, code=2)
    fault = told_json(capsys, *arguments, code=2)["error"]["faults"][0]
    assert f"{fault['path']}: {fault['message']}".startswith(words)
    assert ("Did you mean json?" in fault["hint"]) == (arguments[0] == "export")


def test_a_command_is_needed(capsys: Capture) -> None:
    assert run([]) == 2
    assert "Usage" in "".join(capsys.readouterr())


def test_faults_are_all_told_on_stderr_and_as_json(capsys: Capture) -> None:
    arguments = ["train", "--dataset", "digits", "--hidden", "0", "--beta", "2", "--epochs", "0"]
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "--hidden: got 0" in err
    assert "--beta: got 2.0" in err
    assert "--epochs: got 0" in err
    body = told_json(capsys, *arguments, code=2)["error"]
    assert {fault["path"] for fault in body["faults"]} == {"--hidden", "--beta", "--epochs"}
    with RunStore() as store:
        assert store.list() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "missing.json"],
        ["train", "--from", "missing"],
        ["evaluate", "missing", "--dataset", "digits"],
        ["export", "missing", "--to", "json", "--output", "x.json"],
        ["runs", "show", "missing"],
        ["runs", "rename", "missing", "name"],
        ["runs", "delete", "missing", "--yes"],
        ["datasets", "fetch", "missing"],
    ],
)
def test_what_does_not_exist_ends_with_two(
    capsys: Capture, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told_json(capsys, *arguments, code=2)["error"]["code"] == "not_found"
    assert not (tmp_path / "x.json").exists()


def test_an_unforeseen_error_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(RunStore, "query", fail)
    told_error = told_json(capsys, "runs", "list", code=1)["error"]
    assert told_error["code"] == "failure"
    assert re.fullmatch(r"An error that was not foreseen in cli/runs\.py, line \d+\.", told_error["message"])
    monkeypatch.setenv("SNNTRAINER3D_DEBUG", "1")
    with pytest.raises(RuntimeError, match="inside"):
        run(["runs", "list"])


def test_datasets(capsys: Capture) -> None:
    rows = told_json(capsys, "datasets", "list")["datasets"]
    assert [row["name"] for row in rows] == list(DATASETS)
    assert "8×8" in told(capsys, "datasets", "list")
    assert told_json(capsys, "datasets", "fetch", "digits")["available"]


def test_no_runs_say_what_to_do(capsys: Capture) -> None:
    assert "snntrainer3d train" in told(capsys, "runs", "list")
    assert told_json(capsys, "runs", "list") == {"runs": [], "total": 0, "values": None}


def test_runs_are_listed_shown_renamed_and_deleted(capsys: Capture, finished: str) -> None:
    assert told_json(capsys, "runs", "list")["runs"][0]["id"] == finished
    assert "75.00%" in told(capsys, "runs", "list")
    shown = told_json(capsys, "runs", "show", finished[:8])
    assert (shown["name"], shown["status"], Path(shown["folder"]).name) == ("mine", "finished", finished)
    assert "64-6-10 leaky" in told(capsys, "runs", "show", "mine")
    assert told_json(capsys, "runs", "rename", finished, "ours")["name"] == "ours"
    assert told_json(capsys, "runs", "rename", finished, "../ours", code=2)["error"]["path"] == "name"
    assert told_json(capsys, "runs", "delete", finished, code=2)["error"]["path"] == "--yes"
    assert told_json(capsys, "runs", "delete", finished, "--yes") == {"deleted": [finished]}
    assert told_json(capsys, "runs", "list") == {"runs": [], "total": 0, "values": None}
    assert [row["id"] for row in told_json(capsys, "runs", "trash")["runs"]] == [finished]
    assert told_json(capsys, "runs", "restore", "ours")["id"] == finished
    assert told_json(capsys, "runs", "list")["total"] == 1


def test_runs_are_tagged_annotated_archived_and_chosen(capsys: Capture, finished: str) -> None:
    assert told_json(capsys, "runs", "tag", finished, "b", "a")["tags"] == ["a", "b"]
    assert told_json(capsys, "runs", "tag", finished, "--remove", "b")["tags"] == ["a"]
    told(capsys, "runs", "note", finished, "looked at")
    shown = told(capsys, "runs", "show", finished)
    assert "looked at" in shown
    assert f"snntrainer3d train --like {finished}" in shown
    listed = told(
        capsys, "runs", "list", "--tag", "a", "--where", "training.epochs>0", "--sort", "results.test.macro_f1"
    )
    assert "results.test.macro_f1" in listed
    assert finished in listed
    wrong = told_json(capsys, "runs", "list", "--where", "training.epoch>0", code=2)["error"]
    assert "training.epochs" in wrong["hint"]
    assert told_json(capsys, "runs", "list", "--where", "nonsense", code=2)["error"]["path"] == "--where"
    assert told_json(capsys, "runs", "archive", finished)["archived"]
    assert told_json(capsys, "runs", "list")["total"] == 0
    assert told_json(capsys, "runs", "list", "--archived")["total"] == 1
    assert not told_json(capsys, "runs", "archive", finished, "--undo")["archived"]


def test_a_run_goes_from_home_to_home_as_a_file(
    capsys: Capture, finished: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.snnrun.zip"
    assert told_json(capsys, "runs", "export-file", finished, "-o", str(path))["bytes"] == path.stat().st_size
    told_json(capsys, "runs", "export-file", finished, "-o", str(path), code=2)
    told_json(capsys, "runs", "import-file", str(path), code=2)
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "elsewhere"))
    imported = told_json(capsys, "runs", "import-file", str(path))
    assert (imported["id"], imported["notices"]) == (finished, [])
    assert "75.00%" in told(capsys, "runs", "list")


@pytest.mark.parametrize("form", ["json", "safetensors", "npz"])
def test_weights_are_exported_whole_and_never_over_something(
    capsys: Capture, finished: str, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "weights.out"
    command = ["export", finished, "--to", form, "--output", str(path), "--no-verify"]
    assert told_json(capsys, *command) == {"run": finished, "to": form, "files": [str(path)], "proof": None}
    written = read_weights(path)
    assert all(np.array_equal(written.tensors[name], array) for name, array in trained().tensors.items())
    path.write_text("mine")
    assert told_json(capsys, *command, code=2)["error"]["code"] == "conflict"
    assert path.read_text() == "mine"
    told(capsys, *command, "--force")
    assert read_weights(path).network.title() == "64-6-10"
    assert [entry.name for entry in tmp_path.iterdir() if entry.name != "home"] == ["weights.out"]


@pytest.mark.slow
def test_an_export_is_proved_unless_told_not_to(capsys: Capture, finished: str, tmp_path: Path) -> None:
    command = ["export", finished, "--to", "numpy", "--output"]
    proof = told_json(capsys, *command, str(tmp_path / "a.py"))["proof"]
    assert proof["holds"]
    assert (proof["samples"], proof["spikes_differ"]) == (200, 0)
    assert "200 of 200 predictions agree, " in told(capsys, *command, str(tmp_path / "b.py"))
    assert "verified" not in told(capsys, *command, str(tmp_path / "c.py"), "--no-verify")
    assert told_json(capsys, *command, str(tmp_path / "numpy.py"), code=2)["error"]["path"] == "--output"


def test_metrics_and_settings_are_exported(capsys: Capture, finished: str, tmp_path: Path) -> None:
    told(capsys, "export", finished, "--to", "csv", "--output", str(tmp_path / "deep" / "m.csv"))
    assert (tmp_path / "deep" / "m.csv").read_text().count("\n") == 3
    told(capsys, "export", finished, "--to", "settings", "--output", str(tmp_path / "s.json"))
    assert json.loads((tmp_path / "s.json").read_text())["training"]["dataset"] == "digits"
    assert told_json(capsys, "export", finished, "--to", "csv", "--output", str(tmp_path), code=2)
    assert told(capsys, "export", finished, "--to", "pdf", "--output", "x", code=2) == ""


@pytest.mark.slow
def test_figures_are_exported_as_a_folder_or_a_zip(capsys: Capture, finished: str, tmp_path: Path) -> None:
    folder, packed = tmp_path / "figures", tmp_path / "figures.zip"
    files = told_json(capsys, "export", finished, "--to", "figures", "--output", str(folder))["files"]
    assert {Path(file).name for file in files} >= {"loss.png", "loss.svg", "accuracy.png"}
    assert told_json(capsys, "export", finished, "--to", "figures", "--output", str(folder), code=2)
    told(capsys, "export", finished, "--to", "figures", "--output", str(packed))
    assert packed.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("command", [["export", "--to", "csv"], ["runs", "export-file"], ["export", "--to", "figures"]])
def test_an_output_that_cannot_be_is_wrong_input(
    capsys: Capture, finished: str, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    below = ["--force", "--output", str(tmp_path / "file" / "m.csv")]
    told = told_json(capsys, *command, finished, *below, code=2)["error"]
    assert (told["code"], told["message"]) == ("input", f"{tmp_path / 'file'} is a file, not a folder.")
    if "figures" not in command:
        message = told_json(capsys, *command, finished, "--force", "--output", str(tmp_path), code=2)["error"][
            "message"
        ]
        assert message == f"{tmp_path} is a folder."


def test_a_run_that_did_not_come_to_its_end_is_evaluated_with_a_notice(capsys: Capture, finished: str) -> None:
    assert told_json(capsys, "evaluate", finished)["notices"] == []
    with RunStore() as store:
        with RecordWriter(store.folder(finished).events) as record:
            record.write(Cancelled())
        store.sync(finished)
    assert run(["evaluate", finished]) == 0
    assert "The run was cancelled at update 1 of 1: " in capsys.readouterr().err


def test_only_what_fits_is_evaluated(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(to_json(trained()))
    error = told_json(capsys, "evaluate", str(path), "--dataset", "mnist", code=2)["error"]
    assert error["path"] == "network.input.shape"
    assert told_json(capsys, "evaluate", str(path), "--num-steps", "0", code=2)["error"]["path"] == "--num-steps"
    path.write_bytes(to_json(trained())[:-200])
    assert told_json(capsys, "evaluate", str(path), code=2)["error"]["code"] == "file_format"
    bare = trained()
    path.write_bytes(to_json(TrainedNetwork(bare.network, bare.tensors)))
    assert told_json(capsys, "evaluate", str(path), code=2)["error"]["path"] == "--dataset"


def test_a_file_that_says_how_it_is_fed_but_not_by_which_recipe_is_fed_so(capsys: Capture, tmp_path: Path) -> None:
    """Some other program's file may say `input` and `readout`, and nothing of a training."""
    known = trained()
    path = tmp_path / "said.json"
    said = InputContract(num_steps=9, coding=Latency(), unit=1 / 16)
    for readouts, unsaid in (({}, ["read"]), ({"output": Readout(reading="first_spike")}, [])):
        path.write_bytes(to_json(TrainedNetwork(known.network, known.tensors, None, said, readouts)))
        assert run(["evaluate", str(path), "--dataset", "digits", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["num_steps"] == 9
        assert [text.split(" is ")[1].split(":")[0] for text in told["notices"]] == unsaid
    recipe = read_weights(path).recipe
    assert recipe is not None
    assert (recipe.coding, recipe.loss) == (Latency(), "first_spike")


def test_a_file_without_a_recipe_is_fed_and_read_as_told(capsys: Capture, tmp_path: Path) -> None:
    known = trained()
    path, spec = tmp_path / "bare.json", tmp_path / "spec.json"
    path.write_bytes(to_json(TrainedNetwork(known.network, known.tensors)))
    assert run(["evaluate", str(path), "--dataset", "digits", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "does not say how its network is fed and read" in told["notices"][-1]
    assert "--spec SPEC.json" in told["notices"][-1]
    error = told_json(capsys, "export", str(path), "--to", "numpy", "-o", str(tmp_path / "a.py"), code=2)["error"]
    assert "do not say how a sample becomes their input" in error["message"]
    recipe = Training(dataset="digits", num_steps=7, loss="max_membrane", pixels="standardised")
    spec.write_text(RunSpec(network=known.network, training=recipe).model_dump_json())
    told = told_json(capsys, "evaluate", str(path), "--spec", str(spec))
    assert (told["num_steps"], told["notices"]) == (7, [])
    path.write_bytes(to_json(TrainedNetwork(known.network, known.tensors, recipe)))
    assert told_json(capsys, "evaluate", str(path))["test"] == told["test"]


def test_weights_of_another_network_are_refused(capsys: Capture, finished: str, tmp_path: Path) -> None:
    spec = compose(Choices(dataset="digits", hidden=(7,)))
    (tmp_path / "spec.json").write_text(spec.model_dump_json())
    error = told_json(capsys, "train", str(tmp_path / "spec.json"), "--from", finished, code=2)["error"]
    assert error["code"] == "mismatch"
    error = told_json(capsys, "train", "--hidden", "7", "--from", finished, code=2)["error"]
    assert "both give the network" in error["message"]


def test_the_benchmark_of_a_checkout_is_asked(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "--only", "nothing"]) == 2
    assert "nothing is none of step, neurons" in capfd.readouterr().err


def test_without_a_checkout_there_is_no_benchmark(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snntrainer3d.cli.bench.CHECKOUT", tmp_path)
    assert "make bench" in told_json(capsys, "bench", code=2)["error"]["hint"]


def test_the_disk_is_shown_and_bounded(finished: str, capsys: Capture) -> None:
    assert run(["runs", "disk", "--quota", "2.5GB", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["quota_bytes"] == 2_500_000_000
    assert [row["run"] for row in told["runs"]] == [finished]
    assert run(["runs", "disk"]) == 0
    shown = capsys.readouterr().out
    assert finished in shown
    assert "quota 2.5 GB" in shown
    assert run(["runs", "disk", "--quota", "much"]) == 2
    assert "--quota" in capsys.readouterr().err
    assert run(["runs", "disk", "--quota", "none"]) == 0
    assert "quota none" in capsys.readouterr().out


def test_doctor_says_that_a_gpu_which_is_there_is_not_used(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    found = subprocess.CompletedProcess([], 0, stdout="NVIDIA X\n", stderr="")
    doctor = sys.modules["snntrainer3d.cli.doctor"]
    monkeypatch.setattr(doctor, "CHECKS", (doctor._cuda, doctor._python))
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: found)
    assert run(["doctor"]) == 0
    told = capsys.readouterr()
    assert "NVIDIA X is here but not used: everything runs on the CPU" in told.out
    assert "torch" in told.err, "what takes seconds is told before"
