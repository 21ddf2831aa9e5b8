"""The Python API: its examples run as they stand, and what is wrong is told before anything is trained."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import snntrainer3d as s3d
from locked import hide_dev_packages
from snntrainer3d.errors import ConflictError, InputError, NotFoundError, SpecError
from snntrainer3d.runs import RunStore

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"


@pytest.mark.slow
def test_the_examples_of_the_page_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide_dev_packages(tmp_path / "hidden", monkeypatch)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 8
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    run, written = names["run"], names["written"]
    assert run.accuracy > 0.93
    assert (written.proof.predictions_agree, written.proof.spikes_differ) == (200, 0)
    assert len(names["losses"]) == 3
    assert names["losses"][2] < names["losses"][0]
    assert (20, 64) in {tensor.shape for tensor in names["tensors"].values()}
    assert names["deeper"].to_dict()["activity"]["rates"]
    assert names["result"].confusion.sum() == 359
    assert "first alone is right" in names["found"]["pairs"][0]["mcnemar"]["sentence"]
    assert Path("run.html").stat().st_size > 100_000
    with RunStore() as store:
        assert len(store.list()) == 3


def test_all_that_is_given_by_name_is_there() -> None:
    for name in s3d.__all__:
        if name != "View":
            assert getattr(s3d, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = s3d.nothing


def test_a_document_is_refused_with_all_faults() -> None:
    with pytest.raises(SpecError) as raised:
        s3d.design("digits", neuron="leeky", epochs=0)
    assert len(raised.value.faults) >= 2


@pytest.mark.slow
def test_a_document_that_does_not_fit_its_data_is_refused_before_a_run_is_made(tmp_path: Path) -> None:
    document = s3d.design("digits").model_dump(mode="json")
    document["training"]["dataset"] = "xor"
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(document))
    for given in (document, path, str(path)):
        with pytest.raises(SpecError):
            s3d.train(given)
    with RunStore() as store:
        assert store.list() == []


@pytest.mark.slow
def test_exports_are_refused_before_anything_is_computed(tmp_path: Path) -> None:
    there = tmp_path / "there.json"
    there.write_text("mine")
    with pytest.raises(ConflictError):
        s3d.export("any", "json", there)
    assert there.read_text() == "mine"
    with pytest.raises(InputError, match="no form 'jsn'") as raised:
        s3d.export("any", "jsn", tmp_path / "new.json")
    assert "json" in raised.value.faults[0].hint
    with pytest.raises(NotFoundError):
        s3d.export("any", "json", tmp_path / "new.json")
    with pytest.raises(NotFoundError):
        s3d.open_run("any")
    with pytest.raises(NotFoundError):
        s3d.evaluate("any")
