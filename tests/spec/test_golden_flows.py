"""The page's own sums are tested against a file: here that it is what the spec says and what the engine learns."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from snntrainer3d.engine import build
from snntrainer3d.spec import NEURON_KINDS, Network, parse

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def test_the_golden_flows_are_what_the_spec_says_today() -> None:
    made = runpy.run_path(str(GOLDEN / "make_layers.py"))
    assert made["FILE"].read_text(encoding="utf-8") == made["everything"](), (
        "run python tests/golden/make_layers.py and see whether the page still agrees"
    )
    assert len(made["NETWORKS"]) >= 15


def test_the_golden_parameters_are_those_that_the_engine_learns() -> None:
    cases = json.loads((GOLDEN / "layers" / "flows.json").read_text(encoding="utf-8"))["cases"].values()
    valid = [case for case in cases if not case["faults"]]
    kinds = {(layer.get("neuron") or {}).get("kind") for case in valid for layer in case["network"]["layers"]}
    assert kinds >= set(NEURON_KINDS)
    for case in valid:
        module = build(parse(Network, case["network"]), seed=0)
        assert case["cost"]["parameters"] == sum(value.numel() for value in module.parameters())
