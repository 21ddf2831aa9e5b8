import io
import json
import zipfile

import numpy as np
import pytest

from snntrainer3d.analysis import evaluate_counts
from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import Update
from snntrainer3d.exports import figure_file, figures_zip, settings_json
from snntrainer3d.spec import RunSpec, Training, dense_network, parse_run

EVENTS = [
    Update(update=n, epoch=1, loss=1 / n, accuracy=0.5, learning_rate=1e-3, samples_per_second=1.0, rates=[0.1])
    for n in (1, 2, 3)
]
RESULTS = {"test": evaluate_counts(np.eye(2, dtype=int), np.array([0, 1]), 0.1).to_dict()}


def test_settings_are_a_spec_that_can_be_trained_again():
    spec = RunSpec(network=dense_network((64,), [5], 10), training=Training(name="über"))
    raw = settings_json(spec)
    assert parse_run(json.loads(raw)) == spec
    assert "über" in raw.decode()
    assert raw.endswith(b"}\n")


@pytest.mark.slow
def test_the_zip_holds_every_figure_in_both_forms_and_is_the_same_each_time():
    raw = figures_zip(EVENTS, RESULTS, "a run")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"{name}.{form}" for name in ("loss", "accuracy", "confusion") for form in ("png", "svg")
        ]
        assert archive.read("loss.svg") == figure_file("loss", "svg", EVENTS, RESULTS, "a run")
    assert figures_zip(EVENTS, RESULTS, "a run") == raw


@pytest.mark.slow
def test_a_run_not_yet_tested_has_its_curves_and_one_not_trained_has_none():
    with zipfile.ZipFile(io.BytesIO(figures_zip(EVENTS))) as archive:
        assert {name.split(".")[0] for name in archive.namelist()} == {"loss", "accuracy"}
    with pytest.raises(NotFoundError, match="no figures yet"):
        figures_zip([])
    with pytest.raises(NotFoundError, match="png, svg"):
        figure_file("loss", "pdf", EVENTS)
