"""The worked example of CONTRIBUTING.md is true: a kind of layer stands in the files it lists, and in no others."""

from __future__ import annotations

import re
from pathlib import Path

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


def test_a_kind_of_layer_touches_the_files_of_the_example_and_no_others() -> None:
    assert len(listed()) >= 5
    assert holding() == listed()
