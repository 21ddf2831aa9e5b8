"""Own data at the command line: imported, listed, trained, removed; faults are told by file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from event_files import bins_by_class
from own_files import packed, picture, pictures_by_class, written

pytestmark = pytest.mark.slow


def ran(*arguments: str, code: int = 0) -> Any:
    """Run a command with --json and give its answer."""
    command = [sys.executable, "-m", "snntrainer3d", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_pictures_are_trained_from_their_folder_and_found_again(tmp_path: Path) -> None:
    for path, content in pictures_by_class(20).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    trained = ran("train", "--data", str(tmp_path / "pets"), "--hidden", "20", "--epochs", "60")
    assert trained["dataset"] == "own-pets"
    assert trained["test"]["samples"] == 8
    assert [row["name"] for row in trained["test"]["per_class"]] == ["cat", "dog"]
    assert trained["test"]["accuracy"] > 0.8
    assert ran("datasets", "list")["datasets"][-1]["name"] == "own-pets"
    again = ran("evaluate", trained["run"])
    assert again["test"]["accuracy"] == trained["test"]["accuracy"]
    ran("datasets", "remove", "own-pets")
    gone = ran("evaluate", trained["run"], code=2)
    assert gone["error"]["path"] == "training.dataset"


def test_a_file_is_imported_with_its_balance_or_told_its_faults(tmp_path: Path) -> None:
    whole = written(tmp_path, "pets.zip", packed(pictures_by_class()))
    found = ran("datasets", "import", str(whole), "--size", "4", "--name", "small pets")
    assert (found["dataset"], found["input_shape"]) == ("own-small-pets", [1, 4, 4])
    assert (found["train_counts"], found["test_counts"]) == ([5, 5], [1, 1])
    assert found["kept"]
    broken = written(tmp_path, "broken.zip", packed({**pictures_by_class(), "x.png": picture()}))
    told = ran("datasets", "import", str(broken), code=2)
    assert told["error"]["faults"][0]["path"] == "x.png"
    assert ran("train", "--data", str(broken), code=2)["error"]["code"] == "file_format"
    both = ran("train", "--data", str(whole), "--dataset", "digits", code=2)
    assert both["error"]["path"] == "--data"


def test_how_a_table_is_read_is_told_and_chosen_before_it_is_kept(tmp_path: Path) -> None:
    rows = ["id;y;town;w", *(f"{at};{at % 2};{'xyz'[at % 3]};{at * at},5" for at in range(1, 13))]
    path = str(written(tmp_path, "t.csv", "\n".join(rows).encode()))
    told = ran("datasets", "import", path, "--check", "--label", "y", "--ignore", "town")
    assert (told["kept"], told["class_names"], told["input_shape"]) == (False, ["0", "1"], [1])
    assert told["report"]["table"]["ignored"] == ["id", "town"]
    assert (told["report"]["table"]["delimiter"], told["report"]["table"]["decimal"]) == ("semicolon", ",")
    assert "own-t" not in [row["name"] for row in ran("datasets", "list")["datasets"]]
    asked = ("--label", "town", "--ignore", "1", "--header", "--delimiter", "semicolon", "--decimal", ",")
    assert ran("datasets", "import", path, *asked)["class_names"] == ["x", "y", "z"]
    assert ran("datasets", "import", path, "--no-header", code=2)["error"]["faults"]


def test_recordings_for_training_and_for_the_test_are_imported_together(tmp_path: Path) -> None:
    train, test = (
        written(tmp_path, f"{part}.zip", packed(bins_by_class(each))) for part, each in (("Train", 4), ("Test", 2))
    )
    found = ran("datasets", "import", str(train), str(test), "--name", "bars", "--frames", "5")
    assert (found["train_counts"], found["test_counts"], found["frames"]) == ([4, 4], [2, 2], 5)
