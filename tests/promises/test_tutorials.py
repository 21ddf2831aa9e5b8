"""The tutorials: their files are written, their commands run in order, and what the pages say about them holds."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from locked import hide_dev_packages
from snntrainer3d.cli import run
from snntrainer3d.cli.app import app
from snntrainer3d.exports.paper_kinds import KINDS
from snntrainer3d.spec import NEURONS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "tutorials"
PAGES = sorted(FOLDER.glob("*.md"))
BLOCK = re.compile(r"^```(\w+)(?: (fails|title=\"([^\"]+)\"))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"`(snntrainer3d [^`]+)`")


@dataclass(frozen=True, slots=True)
class Said:
    """What one command gave."""

    words: list[str]
    status: int
    out: str
    err: str


def test_pictures_and_pages_that_tutorials_point_to_are_there() -> None:
    assert len(PAGES) == 5
    for page in PAGES:
        targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
        assert [target for target in targets if not (page.parent / target).is_file()] == [], page.name


def carried_out(page: Path, capsys: pytest.CaptureFixture[str]) -> list[Said]:
    """Write the page's files and run its commands, in its order, in the current folder."""
    said = []
    for language, mark, title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if title:
            Path(title).write_text(text, encoding="utf-8")
        elif language == "sh":
            for line in text.splitlines():
                one = _one(shlex.split(line), capsys)
                assert (one.status == 0) or mark == "fails", (line, one.err[-2000:])
                said.append(one)
    return said


def _one(words: list[str], capsys: pytest.CaptureFixture[str]) -> Said:
    if words[0] == "python" or "--cluster" in words:
        command = [sys.executable, *words[1:]] if words[0] == "python" else [sys.executable, "-P", "-m", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Said(words, done.returncode, done.stdout, done.stderr)
    assert words[0] == "snntrainer3d"
    status = run(words[1:])
    out, err = capsys.readouterr()
    return Said(words[1:], status, out, err)


def accuracy(said: Said) -> float:
    return float(re.search(r"test accuracy +([\d.]+)%", said.out)[1])  # type: ignore[index]


def first_network(said: list[Said]) -> None:
    train, evaluate, numpy, _, _, samples, first = said
    told = zip(samples.out.split(), first.out.split(), strict=True)
    assert sum(one == other for one, other in told) >= 9
    assert 94 < accuracy(train) < 98
    assert f"{accuracy(train):.2f}%" in evaluate.out
    assert "no spike differs" in numpy.out + numpy.err
    assert {path.suffix for path in Path("figures").iterdir()} == {".png", ".svg"}
    assert Path("first.html").stat().st_size < 5e6


def neurons_compared(said: list[Said]) -> None:
    plan, study, settings, networks = said
    assert "18 runs" in plan.out + plan.err
    report = Path(re.search(r"^files +(.+)$", study.out, re.MULTILINE)[1]) / "report.md"  # type: ignore[index]
    rows = re.findall(r"\| neuron (\w+) \| ([\d.]+) ± ([\d.]+) \|", report.read_text(encoding="utf-8"))
    validation = {neuron: float(mean) for neuron, mean, _ in rows}
    spread = max(float(sd) for _, _, sd in rows)
    assert abs(validation["leaky"] - validation["synaptic"]) < 3 * spread
    assert validation["alpha"] < validation["leaky"] - 5
    assert "Over seeds" in settings.out
    assert "Not tested" not in settings.out
    assert "pairs of single runs" in settings.out, settings.out
    assert "chance alone" in networks.out


def own_data(said: list[Said]) -> None:
    train = next(one for one in said if one.words[0] == "train")
    assert accuracy(train) > 90
    broken = said[-1]
    assert broken.status == 2
    assert "row 6" in broken.err
    assert "row 10" in broken.err


def study_on_a_cluster(said: list[Said]) -> None:
    study, resumed = said
    assert "4 finished" in study.out
    assert "4 finished" in resumed.out
    assert "Epoch" not in resumed.err


CHECKS: dict[str, Callable[[list[Said]], None]] = {
    "first-network": first_network,
    "neurons-compared": neurons_compared,
    "own-data": own_data,
    "study-on-a-cluster": study_on_a_cluster,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_a_tutorial_does_what_it_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "study-on-a-cluster":
        pytest.importorskip("ray", reason="needs the extra `cluster`")
    else:
        hide_dev_packages(tmp_path / "hidden", monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SNNTRAINER3D_DATA", raising=False)
    CHECKS[name](carried_out(FOLDER / f"{name}.md", capsys))


@pytest.mark.slow
def test_what_only_tests_need_is_hidden_from_the_commands_of_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"pandas", "pytest", "statsmodels", "ray"} <= hide_dev_packages(tmp_path / "hidden", monkeypatch)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("pandas")
    for module, status in (("pandas", 1), ("numpy", 0)):
        done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False)
        assert done.returncode == status, (module, done.stderr)


@pytest.mark.slow
def test_commands_and_options_of_all_pages_exist() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = 0
    for page in pages:
        for block in re.findall(r"```sh[^\n]*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["snntrainer3d"]:
                    found += 1
                    assert _unknown(words[1:]) == [], f"{page.name}: {line}"
    assert found > 50


@cache
def _commands() -> Any:
    return typer.main.get_command(app)


def _unknown(words: list[str]) -> list[str]:
    """Give the options in a command that it does not have."""
    command = _commands()
    while words and hasattr(command, "commands"):
        command = command.commands[words[0]]
        words = words[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return sorted(options - known - {"--help", "-h"})


def test_neurons_that_nir_and_the_papers_json_have_not_are_those_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Neurons that snnTorch does not have, and integrators, have no form in NIR, the paper's JSON" in readme
    without = [model for model in NEURONS if not model.snntorch or model.never_spikes]
    assert len(without) >= 3
    assert [model for model in NEURONS if model.model_fields["kind"].default not in KINDS] == without


@pytest.mark.slow
def test_every_variable_of_the_environment_that_is_read_is_in_its_page() -> None:
    page = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    names = set(re.findall(r"SNNTRAINER3D_[A-Z]+(?!_)|NUMBA_[A-Z_]+|G?OMP_[A-Z_]+", sources))
    assert len(names) >= 8
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_every_extra_is_named_and_those_of_make_run_are_installed_by_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    table = readme[readme.index("| extra |") :].split("\n\n")[0]
    assert [name for name in extras if f"`{name}`" not in table] == []
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    for name in ("nir", "onnx", "printing", "notebook", "tune"):
        for package in extras[name]:
            assert f"\n{re.split('[>=]', package)[0]}==" in locked, (name, package)


@pytest.mark.slow
def test_commands_named_in_passing_exist() -> None:
    for page in PAGES:
        for command in NAMED.findall(page.read_text(encoding="utf-8")):
            assert run([command.split()[1], "--help"]) == 0, command
