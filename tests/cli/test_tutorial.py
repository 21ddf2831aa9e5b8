"""The tutorial from XOR to a printed circuit: its commands, run in its order, do what it says."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from locked import hide_dev_packages
from snntrainer3d.cli import run

PAGE = Path(__file__).parents[2] / "docs" / "xor-to-circuit.md"


def commands() -> list[list[str]]:
    """Give the commands of the page, in order, without the program's name."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found = [shlex.split(line) for block in blocks for line in block.splitlines() if line]
    assert all(words[0] == "snntrainer3d" for words in found)
    return [words[1:] for words in found]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice, which is not installed")
def test_every_command_of_the_tutorial_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hide_dev_packages(tmp_path / "hidden", monkeypatch)
    monkeypatch.chdir(tmp_path)
    said: dict[str, str] = {}
    for words in commands():
        assert run(words) == 0, words
        said[" ".join(words)] = capsys.readouterr().out
    assert [name.split()[0] for name in said].count("export") == 9
    trained = next(text for name, text in said.items() if name.startswith("train"))
    assert "100.00% of 4 samples" in trained
    for form in ("ideal", "opamp"):
        report = next(text for name, text in said.items() if name.startswith("simulate") and form in name)
        assert "4 of xor, 4 decided right" in report
    ideal = json.loads((tmp_path / "confirmed" / "simulation.json").read_text())
    assert ideal["trained"] == {"predictions_equal": 4, "spikes_differing": 0}
    assert len(list((tmp_path / "confirmed").glob("waveforms-*.svg"))) == 4
    assert "memL_N" in (tmp_path / "xor.cir").read_text()
    assert (tmp_path / "study" / "devices.svg").exists()
    assert json.loads((tmp_path / "hardened.json").read_text())["network"]["input"]["shape"] == [2]
    rows = list(csv.reader((tmp_path / "conductances-layer1.csv").read_text().splitlines()))
    assert (len(rows), len(rows[0])) == (1 + 3, 1 + 16)
    assert json.loads((tmp_path / "parts.json").read_text())["energy_nj"]["samples"] == 4
    for drawn in ("svg", "dxf"):
        assert len(list(tmp_path.glob(f"print-layer*.{drawn}"))) == 7
    assert all((tmp_path / name).stat().st_size > 5_000 for name in ("print.gds", "stack.stl", "stack.glb"))


def test_the_tutorials_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert pictures
    assert all((PAGE.parent / picture).is_file() for picture in pictures)
