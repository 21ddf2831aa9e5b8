"""The page's own sums are tested against a file: here that it is what the spec says."""

from __future__ import annotations

import runpy
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def test_the_golden_flows_are_what_the_spec_says_today() -> None:
    made = runpy.run_path(str(GOLDEN / "make_layers.py"))
    assert made["FILE"].read_text(encoding="utf-8") == made["everything"](), (
        "run python tests/golden/make_layers.py and see whether the page still agrees"
    )
    assert len(made["NETWORKS"]) >= 15
