"""The published page holds its run whole, asks nobody, and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from made_networks import made

from snntrainer3d.errors import FailureError, LimitError
from snntrainer3d.exports import PublishedRun, published, published_page
from snntrainer3d.frames import decode_frame
from snntrainer3d.spec import Leaky, RunSpec, Training

BUILT = published.STATIC
SCRIPT = "const shown = '</script><!--'; globalThis.shown = shown;"


@pytest.fixture(autouse=True)
def _script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put a small script in the place of the built one, which `make check` does not need."""
    (tmp_path / "page.js").write_text(SCRIPT)
    (tmp_path / "page.css").write_text("body { color: red }")
    monkeypatch.setattr(published, "STATIC", tmp_path)


def run_of(**fields):
    trained = made(Leaky())
    spec = RunSpec(network=trained.network, training=Training(dataset="digits"))
    told = {"results": None, "curves": {"epochs": {}, "updates": {}}, **fields}
    return PublishedRun(name=told.pop("name", "mine"), spec=spec, trained=trained, **told)


def values_of(page: str) -> dict:
    [text] = re.findall(r'<script type="application/json" id="run">(.*?)</script>', page)
    return json.loads(text)


def test_the_page_holds_the_weights_and_what_is_known_of_the_run():
    run = run_of(recipe_known=False)
    values = values_of(published_page(run).decode())
    assert (values["format"], values["version"], values["recipe_known"]) == ("snntrainer3d/page", 1, False)
    assert values["spec"] == run.spec.model_dump(mode="json")
    assert values["data"]["licence"] == "CC BY 4.0"
    frame = decode_frame(base64.b64decode(values["frame"]))
    for layer, one in zip(frame.layers, run.trained.network.connections(), strict=True):
        assert np.abs(layer.values * layer.scale - run.trained.tensors[one.tensor]).max() <= 0.51 * layer.scale


def test_its_policy_allows_its_own_script_and_nothing_else():
    page = published_page(run_of()).decode()
    assert page.count("<script") == page.count("</script>") == 2
    [script] = re.findall(r'<script type="module">(.*?)</script>', page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}'" in page
    assert "<!--" not in script


def test_what_people_wrote_cannot_leave_its_place():
    name = '</title></script><script>alert("x")</script><!--'
    page = published_page(run_of(name=name)).decode()
    assert page.count("<script") == 2
    assert "<!--" not in page
    assert values_of(page)["name"] == name


def test_samples_are_held_as_far_as_they_are_affordable(monkeypatch: pytest.MonkeyPatch):
    plays = [{"index": index, "spikes": "A" * 100} for index in range(10)]
    assert values_of(published_page(run_of(plays=plays)).decode())["plays"] == plays
    monkeypatch.setattr(published, "MOST_PLAYED_CHARACTERS", 4 * len(json.dumps(plays[0])))
    assert values_of(published_page(run_of(plays=plays)).decode())["plays"] == plays[:4]


@pytest.mark.slow
def test_the_page_of_784_100_10_has_at_most_five_megabytes(monkeypatch: pytest.MonkeyPatch):
    if not (BUILT / "page.js").is_file():
        pytest.skip("The page is not built here: make page.")
    monkeypatch.setattr(published, "STATIC", BUILT)
    trained = made(Leaky(), sizes=(784, 100, 10))
    spec = RunSpec(network=trained.network, training=Training(dataset="mnist", num_steps=100))
    letters = {size: base64.b64encode(bytes(size)).decode() for size in (784, 100 * 13, 100 * 2, 200 * 100, 20 * 100)}
    layers = [
        {"spikes": letters[100 * 13], "membranes": letters[200 * 100]},
        {"spikes": letters[200], "membranes": letters[2000]},
    ]
    plays = [{"pixels": letters[784], "inputs": {"values": letters[784]}, "layers": layers}] * 12
    curves = {part: {name: [0.123456789] * 500 for name in "abcdefg"} for part in ("epochs", "updates")}
    page = published_page(PublishedRun("mnist", spec, trained, None, curves, plays))
    assert len(values_of(page.decode())["plays"]) == 12
    assert len(page) <= 5e6


def test_what_no_page_can_hold_and_a_missing_script_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(published, "MOST_WEIGHTS", 100)
    with pytest.raises(LimitError, match=r"2,220 weights, a page holds at most 100"):
        published_page(run_of())
    monkeypatch.setattr(published, "MOST_WEIGHTS", 10_000)
    (tmp_path / "page.js").unlink()
    with pytest.raises(FailureError, match="not built") as caught:
        published_page(run_of())
    assert "make page" in caught.value.hint
