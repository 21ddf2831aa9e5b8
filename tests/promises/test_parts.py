"""`make check` and `make test` run all their parts whatever becomes of one, and say at the end which failed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "parts.py"


@pytest.mark.slow
@pytest.mark.parametrize("how", [["--in-turn"], []])
def test_a_part_that_fails_keeps_no_other_from_running_and_is_named_last(how: list[str]) -> None:
    parts = ["echo first", "echo 2 failed, 7 passed; exit 3", "echo third"]
    done = subprocess.run([sys.executable, str(SCRIPT), *how, *parts], capture_output=True, text=True, check=False)
    said, _, summary = done.stdout.partition("── summary\n")
    assert done.returncode == 1
    assert {"first", "2 failed, 7 passed", "third"} <= set(said.splitlines())
    assert re.findall(r"(passed|FAILED) +\d+ s +(.+)", summary) == [
        ("passed", parts[0]),
        ("FAILED", parts[1]),
        ("passed", parts[2]),
    ]


@pytest.mark.slow
def test_parts_that_all_pass_are_a_success() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "true", "true"], capture_output=True, text=True, check=True)
    assert done.stdout.count("passed") == 2
