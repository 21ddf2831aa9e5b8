"""Text is a whole number where int() says so: ² and ① are digits to `str.isdigit`, and no numbers to `int`."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "snntrainer3d"


def test_nobody_guards_int_by_isdigit_or_isnumeric() -> None:
    assert "²".isdigit()
    assert not "²".isdecimal()
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if ".isdigit()" in line or ".isnumeric()" in line
    ]
    assert found == []
