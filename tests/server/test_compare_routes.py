"""Comparisons and measurements over HTTP, with the worker that computes them."""

from __future__ import annotations

import pytest
from made_runs import Served, fill, small_spec
from test_routes import fault, fits

from snntrainer3d.compose import Choices, compose
from snntrainer3d.server import compare_models


@pytest.fixture(scope="module")
def runs(served: Served) -> list[str]:
    """Three finished runs that differ by seed or by learning rate."""
    made = []
    for changes in ({"seed": 1}, {"seed": 2}, {"seed": 1, "learning_rate": 0.0007}):
        spec = small_spec(**changes)
        run = served.store.create(spec).id
        fill(served.store.folder(run), spec)
        served.store.sync(run)
        made.append(run)
    return made


def compared(served: Served, runs: list[str], **options: object) -> dict[str, object]:
    answer = served.client.post("/api/compare", json={"runs": runs, **options})
    return fits(answer, compare_models.Comparison)  # type: ignore[no-any-return]


@pytest.mark.slow
def test_what_needs_decisions_is_refused_where_there_are_none(served: Served, runs: list[str]) -> None:
    found = compared(served, runs, decide=False)
    assert [run["run"] for run in found["runs"]] == runs  # type: ignore[attr-defined]
    pair = found["pairs"][0]  # type: ignore[index]
    assert pair["mcnemar"]["refusal"]["code"] == "no_decisions"
    assert sum(map(sum, pair["confusion_difference"]["cells"])) == 0
    assert found["settings"][0]["wilcoxon"]["refusal"]["code"] == "too_few_pairs"  # type: ignore[index]
    fields = {row["field"]: row["values"] for row in found["differences"]}  # type: ignore[attr-defined]
    assert fields["training.seed"] == [1, 2, 1]
    assert fields["training.learning_rate"][2] == 0.0007


@pytest.mark.slow
def test_what_cannot_be_compared_says_why(served: Served, runs: list[str]) -> None:
    waiting = served.store.create(small_spec()).id

    def post(*chosen: str) -> object:
        return served.client.post("/api/compare", json={"runs": list(chosen)})

    fault(post(runs[0]), 400, "input")  # type: ignore[arg-type]
    fault(post(runs[0], runs[0]), 400, "input")  # type: ignore[arg-type]
    assert fault(post(runs[0], waiting), 409, "conflict")["path"] == "runs"  # type: ignore[arg-type]
    fault(post(runs[0], "missing"), 404, "not_found")  # type: ignore[arg-type]
    fault(served.client.post("/api/compare", json={"runs": "all"}), 422, "spec")


@pytest.mark.slow
def test_runs_on_different_test_sets_are_shown_but_not_tested_against_each_other(
    served: Served, runs: list[str]
) -> None:
    elsewhere = compose(Choices(dataset="fashion-mnist", hidden=(6,), training={"name": "clothes"}))
    other = served.store.create(elsewhere).id
    fill(served.store.folder(other), elsewhere)
    served.store.sync(other)
    found = compared(served, [runs[0], other], decide=False)
    assert [run["dataset"] for run in found["runs"]] == ["digits", "fashion-mnist"]  # type: ignore[attr-defined]
    (pair,) = found["pairs"]  # type: ignore[misc]
    for test in ("mcnemar", "agreement", "confusion_difference"):
        refusal = pair[test]["refusal"]
        assert refusal["code"] == "different_test_sets"
        assert "clothes on fashion-mnist" in refusal["sentence"]
        assert refusal["hint"]
    assert found["settings"] == []


@pytest.mark.slow
def test_decisions_are_computed_by_the_worker_and_kept(served: Served, runs: list[str]) -> None:
    found = compared(served, runs)
    pair = found["pairs"][0]  # type: ignore[index]
    assert 0 < pair["mcnemar"]["p"] <= pair["mcnemar"]["p_holm"] <= 1
    assert pair["agreement"]["both_right"] + pair["agreement"]["both_wrong"] > 0
    again = compared(served, runs, decide=False)
    assert again == found


@pytest.mark.slow
def test_a_measurement_is_kept_and_other_coefficients_change_the_energy_alone(served: Served, runs: list[str]) -> None:
    at = f"/api/runs/{runs[0]}/measurement"
    found = fits(served.client.get(at), compare_models.RunMeasurement)
    assert found["samples"] == 359
    assert served.store.folder(runs[0]).measurement("test").is_file()
    activity, steps = found["activity"], found["num_steps"]
    assert activity["membrane_updates"] == steps * 16
    assert len(found["latency"]["accuracies"]) == steps
    assert found["latency"]["accuracies"][-1] == pytest.approx(found["accuracy"])
    assert found["top2"] >= found["accuracy"]
    assert sum(found["calibration"]["of_counts"]["samples"]) == 359
    assert found["energy_model"]["multiply_accumulate_pj"] == 4.6
    free = fits(served.client.get(at, params={"multiply_accumulate_pj": 0}), compare_models.RunMeasurement)
    energy = free["activity"].pop("energy_nj")
    before = activity.pop("energy_nj")
    assert free["activity"] == activity
    assert energy["total"] == pytest.approx(before["synapses"])
    assert (energy["source"], energy["inputs"], energy["conventional"]) == ("given by hand", 0, 0)
    fault(served.client.get(at, params={"accumulate_pj": -1}), 422, "spec")
    waiting = served.store.create(small_spec()).id
    fault(served.client.get(f"/api/runs/{waiting}/measurement"), 404, "not_found")
