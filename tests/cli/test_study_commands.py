"""Studies, tuning and comparison from the shell: what they print, and how they end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from interruptible import interruptible
from snntrainer3d.cli import run
from snntrainer3d.runs import RunStore
from snntrainer3d.studies import StudyStore, state_of
from stepping import in_the_middle, released

Capture = pytest.CaptureFixture[str]
TINY: dict[str, Any] = {
    "name": "tiny",
    "compose": {"dataset": "digits", "preset": "paper", "hidden": [5], "training": {"validation_share": 0.1}},
    "vary": {"kind": "grid", "fields": {"training.learning_rate": [0.01, 0.001]}},
}
PATIENCE_S = 600.0
ENDLESS = {f"training.{name}": list(range(1000)) for name in ("epochs", "num_steps", "batch_size")}


def written(folder: Path, document: dict[str, Any]) -> str:
    path = folder / "study.json"
    path.write_text(json.dumps(document))
    return str(path)


def shell(*arguments: str, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "snntrainer3d", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


@pytest.mark.slow
def test_a_plan_says_what_would_be_trained_and_makes_nothing(tmp_path: Path, capsys: Capture, home: Path) -> None:
    assert run(["study", written(tmp_path, TINY), "--plan", "--seeds", "3", "--workers", "2", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["runs"], plan["workers"]) == (6, 2)
    assert plan["seconds"] > 0
    assert not home.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"vary": {"kind": "grid", "fields": {"training.learning_rat": [1]}}}, "Did you mean learning_rate"),
        ({"vary": {"kind": "grid", "fields": ENDLESS}}, "1,000,000,000 runs"),
        ({"version": 2}, "newer release"),
    ],
)
def test_what_cannot_be_studied_ends_with_two(
    tmp_path: Path, capsys: Capture, change: dict[str, Any], said: str
) -> None:
    assert run(["study", written(tmp_path, {**TINY, **change})]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


@pytest.mark.slow
def test_a_tuning_needs_something_to_draw_from(tmp_path: Path, capsys: Capture) -> None:
    assert run(["tune", written(tmp_path, TINY)]) == 2
    assert "random search" in capsys.readouterr().err


@pytest.mark.slow
def test_one_run_is_not_compared(capsys: Capture) -> None:
    assert run(["compare", "nonsense"]) == 2
    assert "no run 'nonsense'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_study_is_trained_compared_and_not_trained_twice(tmp_path: Path) -> None:
    path = written(tmp_path, TINY)
    out, err = shell("study", path, "--workers", "2", "--json")
    done = json.loads(out)
    assert done["status"] == "finished"
    assert Path(done["report"]["html"]).is_file()
    assert "2/2 tiny · learning_rate" in err
    runs = [entry["run"] for entry in done["entries"]]
    compared = json.loads(shell("compare", *runs, "--json")[0])
    assert [row["field"] for row in compared["differences"]] == ["training.learning_rate", "training.name"]
    assert "p_holm" in compared["pairs"][0]["mcnemar"]
    table, _ = shell("compare", *runs)
    assert compared["pairs"][0]["mcnemar"]["sentence"] in table
    assert "Not tested" in table
    again = json.loads(shell("study", path, "--json")[0])
    assert [entry["run"] for entry in again["entries"]] == runs
    with RunStore() as store:
        assert len(store.list()) == 2


@pytest.mark.slow
def test_control_c_stops_a_study_which_resumes(tmp_path: Path) -> None:
    path = written(tmp_path, {**TINY, "compose": {**TINY["compose"], "training": {"pace": "update"}}})
    command = [sys.executable, "-m", "snntrainer3d", "study", path, "--workers", "1"]
    with interruptible():
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
    with RunStore() as store:
        give_up = time.monotonic() + PATIENCE_S
        while not in_the_middle(store, 5):
            assert time.monotonic() < give_up
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130, err
        assert "--resume" in err
        folder = StudyStore(store.home).list()[0]
        assert state_of(folder, store).status == "stopped"
        begun = folder.members()
    _, err = shell("study", path, code=2)
    assert "begun before" in err
    with RunStore() as store, released(store):
        done = json.loads(shell("study", path, "--resume", "--json")[0])
    assert done["status"] == "finished"
    assert set(begun.values()) <= {entry["run"] for entry in done["entries"]}


@pytest.mark.slow
def test_a_tuning_goes_on_with_what_it_has(tmp_path: Path) -> None:
    search = {"kind": "random", "samples": 2, "fields": {"training.learning_rate": {"low": 0.001, "high": 0.01}}}
    path = written(tmp_path, {**TINY, "vary": search})
    first = json.loads(shell("tune", path, "--trials", "1", "--json")[0])
    assert len(first["trials"]) == 1
    both = json.loads(shell("tune", path, "--json")[0])
    assert {one["run"] for one in first["trials"]} < {one["run"] for one in both["trials"]}
    assert [one["state"] for one in both["trials"]] == ["complete", "complete"]
