"""Write requirements.lock and requirements-dev.lock from the environment, naming no registry and no build variant."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUN, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
APART = {"cluster", "dev", "docs", "peers"}
"""Extras without which the application runs: large, or for those who work on it."""
EDITABLE = "editables"
"""What hatchling asks for where a package is installed as it stands in its folder."""
ELSEWHERE = {"atheris": "; sys_platform == 'linux' and platform_machine == 'x86_64'"}
RUN_HEADER = "# The exact packages that `make run` installs. Written by `make lock`.\n"
DEV_HEADER = (
    "# What everything else needs beside requirements.lock: tests, checks, docs, clusters. Written by `make lock`.\n"
)


def locked(freeze: str, running: Collection[str]) -> tuple[str, str]:
    """Give both locks' texts from `pip freeze`'s: plain versions, without this project.

    Args:
        freeze: what is installed.
        running: the canonical names of what the application runs with.
    """
    lines = [re.sub(r"\+\w+$", "", line) for line in freeze.splitlines() if "==" in line and line[0] != "#"]
    ours = ("snntrainer3d", "pip==", "setuptools==")
    kept = [(_name(line) in running, f"{line}{_where(line)}\n") for line in lines if not line.startswith(ours)]
    run, dev = ("".join(line for runs, line in kept if runs is wanted) for wanted in (True, False))
    return RUN_HEADER + run, DEV_HEADER + dev


def needed(roots: Iterable[str]) -> set[str]:
    """Give the canonical names of requirements and all that they require, as installed here."""
    found: set[tuple[str, str]] = set()
    todo = [Requirement(root) for root in roots]
    while todo:
        wanted = todo.pop()
        for extra in {"", *wanted.extras}:
            if (key := (canonicalize_name(wanted.name), extra)) not in found:
                found.add(key)
                requires = (Requirement(text) for text in distribution(wanted.name).requires or ())
                todo += [each for each in requires if not each.marker or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def running_roots(project: str) -> list[str]:
    """Give what pyproject.toml's text names for running: the dependencies, small extras, and what builds it."""
    told = tomllib.loads(project)
    extras = told["project"]["optional-dependencies"]
    chosen = [each for name in sorted(extras.keys() - APART) for each in extras[name]]
    return [EDITABLE, *told["build-system"]["requires"], *told["project"]["dependencies"], *chosen]


def _name(line: str) -> str:
    return canonicalize_name(line.partition("==")[0])


def _where(line: str) -> str:
    """Give the marker of a package that is built for some machines only."""
    return ELSEWHERE.get(line.partition("==")[0], "")


if __name__ == "__main__":
    freeze = subprocess.run([sys.executable, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
    running = needed(running_roots((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    for target, text in zip((RUN, DEV), locked(freeze.stdout, running), strict=True):
        target.write_text(text, encoding="utf-8")
        print(f"{target.name} written.")
