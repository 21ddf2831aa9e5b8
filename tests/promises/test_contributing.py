"""CONTRIBUTING.md is true: a kind of layer stands in the files of its table alone, and a new neuron's files exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from snntrainer3d.spec import NEURON_VALUES, NEURONS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"(?<![\w.])AvgPool\b|avg_pool")
"""The kind by its class and by its name; `nn.AvgPool2d`, which is torch's, is not meant."""
GENERATED = ("web/src/protocol", "src/snntrainer3d/static")


def listed() -> set[str]:
    """Give the files of the table."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split("## A new kind of layer")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def holding() -> set[str]:
    """Give the files of both languages, and what hypothesis draws from, in which the example stands."""
    files = [ROOT / "tests" / "strategies.py"]
    for folder, endings in (("src", {".py"}), ("web/src", {".ts", ".svelte"})):
        files += [path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in endings]
    names = {path.relative_to(ROOT).as_posix(): path for path in files}
    return {
        name
        for name, path in names.items()
        if not name.startswith(GENERATED) and EXAMPLE.search(path.read_text(encoding="utf-8"))
    }


@pytest.mark.slow
def test_a_kind_of_layer_touches_the_files_of_the_example_and_no_others() -> None:
    assert len(listed()) >= 5
    assert holding() == listed()


def test_every_file_and_name_that_a_new_neuron_needs_exists() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split("## A new neuron")[1].split("\n## ")[0]
    named = re.findall(r"`([^`]+\.(?:py|ts))`", section)
    roots = (
        ROOT,
        ROOT / "src/snntrainer3d",
        ROOT / "src/snntrainer3d/engine/kernels",
        ROOT / "src/snntrainer3d/engine",
    )
    roots += (ROOT / "web/src/state",)
    assert len(named) >= 8
    assert [name for name in named if not any((root / name).is_file() for root in roots)] == []


def test_what_a_neuron_may_learn_has_its_name_among_the_values_of_neurons() -> None:
    learned = {
        name.removeprefix("learn_") for kind in NEURONS for name in kind.model_fields if name.startswith("learn_")
    }
    assert learned
    assert learned <= set(NEURON_VALUES)


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports them by their names alone, and would collect neither."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert [name for name, count in Counter(names).items() if count > 1] == []
