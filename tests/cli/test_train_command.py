"""Training, evaluating and doctor as people run them, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interruptible import interruptible

pytestmark = pytest.mark.slow
PATIENCE_S = 600.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "snntrainer3d", *arguments]


def ran(*arguments: str, code: int = 0) -> tuple[str, str]:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def ran_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(ran(*arguments, "--json", code=code)[0])


def test_train_evaluate_export_and_train_on(tmp_path: Path) -> None:
    trained = ran_json("train", "--dataset", "digits", "--hidden", "8", "--epochs", "2", "--seed", "1")
    assert {"run", "name", "test", "validation", "train_seconds", "samples_per_second", "parameters", "epochs"} <= set(
        trained
    )
    assert trained["parameters"] == 64 * 8 + 8 + 8 * 10 + 10
    assert trained["test"]["samples"] == 359
    path = tmp_path / "w.json"
    ran("export", trained["run"], "--to", "json", "--output", str(path))
    for weights in (str(path), trained["run"]):
        evaluated = ran_json("evaluate", weights, "--dataset", "digits")
        assert evaluated["test"]["confusion"] == trained["test"]["confusion"]
        assert evaluated["test"]["loss"] == pytest.approx(trained["test"]["loss"])
    on = ran_json("train", "--from", str(path), "--epochs", "1")
    assert on["network"] == "64-8-10"
    assert on["run"] != trained["run"]
    out, _ = ran("evaluate", str(path), "--num-steps", "5")
    assert "accuracy" in out
    assert "5 steps" in out


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    files = []
    for attempt in (1, 2):
        run = ran_json("train", "--dataset", "xor", "--hidden", "10", "--epochs", "20", "--seed", "3")["run"]
        path = tmp_path / f"{attempt}.safetensors"
        ran("export", run, "--to", "safetensors", "--output", str(path))
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_results_are_a_table_and_progress_is_elsewhere() -> None:
    out, err = ran("train", "--dataset", "xor", "--hidden", "4", "--epochs", "2")
    assert "test accuracy" in out
    assert "Epoch 2/2" in err
    assert "Epoch" not in out


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_cancels_cleanly_and_leaves_a_run_to_resume() -> None:
    with interruptible():
        process = subprocess.Popen(
            command("train", "--dataset", "xor", "--hidden", "10", "--epochs", "100000", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    assert process.stderr is not None
    line = ""
    while not line.startswith("Epoch"):
        line = process.stderr.readline()
        assert line, "it ended before its first epoch"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (130, "")
    assert "can be resumed" in err
    assert "Traceback" not in err
    (run,) = ran_json("runs", "list")["runs"]
    assert run["status"] == "cancelled"


def test_doctor_trains_something_tiny() -> None:
    done = subprocess.run(command("doctor", "--json"), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    found = json.loads(done.stdout)
    results = {check["name"]: check["result"] for check in found["checks"]}
    assert results["training"] == "PASS", found
    assert results["python"] == results["torch"] == results["home"] == "PASS"
    assert done.returncode == (0 if found["ok"] else 1)
