"""Comparing chosen runs: what is given, what is refused."""

import json

import numpy as np
import pytest

from snntrainer3d.analysis import Evidence, compare_runs, mcnemar, wilcoxon
from snntrainer3d.errors import InputError, LimitError

LABELS = np.random.default_rng(0).integers(0, 4, 200)


def evidence(run, settings="a", seed=0, accuracy=0.8, dataset="digits", decided=True):
    from sklearn.metrics import confusion_matrix

    generator = np.random.default_rng([seed, len(settings), int(accuracy * 1000)])
    wrong = generator.random(len(LABELS)) >= accuracy
    decisions = np.where(wrong, (LABELS + 1) % 4, LABELS)
    confusion = confusion_matrix(LABELS, decisions, labels=range(4))
    return Evidence(run, f"run {run}", dataset, settings, seed, confusion, 4, decisions if decided else None)


def compared(*chosen):
    found = compare_runs(chosen, {"digits": LABELS, "mnist": LABELS})
    assert json.loads(json.dumps(found)) == found
    return found


@pytest.mark.slow
def test_two_runs_on_the_same_images():
    first, second = evidence("1", accuracy=0.9), evidence("2", "b", accuracy=0.6)
    found = compared(first, second)
    pair = found["pairs"][0]
    wanted = mcnemar(first.decisions == LABELS, second.decisions == LABELS)
    assert pair["mcnemar"]["p"] == pair["mcnemar"]["p_holm"] == wanted.p
    assert pair["difference"] == pytest.approx(wanted.difference)
    assert np.array_equal(pair["confusion_difference"]["cells"], second.confusion - first.confusion)
    assert 0 < pair["agreement"]["same"] < 1
    assert found["runs"][0]["accuracy"]["low"] < first.right / 200 < found["runs"][0]["accuracy"]["high"]
    assert found["settings"][0]["wilcoxon"]["refusal"]["code"] == "too_few_pairs"


@pytest.mark.slow
def test_settings_over_seeds():
    firsts = [evidence(f"a{seed}", "a", seed, 0.9) for seed in range(8)]
    seconds = [evidence(f"b{seed}", "bb", seed, 0.5) for seed in range(8)]
    found = compared(*firsts, *seconds)
    wanted = wilcoxon([one.right / 200 for one in firsts], [one.right / 200 for one in seconds], range(8))
    assert found["settings"][0]["wilcoxon"]["p_holm"] == wanted.p == 2 / 2**8
    # More than 45 pairs: each with the best alone.
    assert len(found["pairs"]) == 15


@pytest.mark.slow
def test_only_seeds_that_both_have_are_pairs():
    firsts = [evidence(f"a{seed}", "a", seed) for seed in range(8)]
    seconds = [evidence(f"b{seed}", "bb", seed, 0.5) for seed in range(2, 10)]
    assert compared(*firsts, *seconds)["settings"][0]["wilcoxon"]["pairs"] == 6


@pytest.mark.slow
def test_different_test_sets_are_refused():
    found = compared(evidence("1"), evidence("2", dataset="mnist"))
    for statistic in ("mcnemar", "agreement", "confusion_difference"):
        assert found["pairs"][0][statistic]["refusal"]["code"] == "different_test_sets"
    assert found["settings"] == []


@pytest.mark.slow
def test_the_same_network_twice_is_refused():
    chosen = [evidence("1"), evidence("2"), evidence("3", "b")]
    assert compared(*chosen)["settings"][0]["wilcoxon"]["refusal"]["code"] == "pseudo_replication"


def test_unknown_decisions_are_refused():
    found = compared(evidence("1"), evidence("2", "b", decided=False))["pairs"][0]
    assert found["mcnemar"]["refusal"]["code"] == found["agreement"]["refusal"]["code"] == "no_decisions"
    assert "cells" in found["confusion_difference"]


@pytest.mark.slow
def test_holm_over_all_pairs():
    chosen = [evidence(str(place), "a" * (place + 1), 0, 0.5 + place / 10) for place in range(4)]
    pairs = compared(*chosen)["pairs"]
    assert len(pairs) == 6
    assert all(pair["mcnemar"]["p_holm"] >= pair["mcnemar"]["p"] for pair in pairs)


@pytest.mark.slow
def test_too_few_and_too_many():
    with pytest.raises(InputError, match="Two different"):
        compared(evidence("1"))
    with pytest.raises(InputError, match="Two different"):
        compared(evidence("1"), evidence("1"))
    with pytest.raises(LimitError, match="101"):
        compared(*[evidence(str(place), seed=place) for place in range(101)])
