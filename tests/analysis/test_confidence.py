"""Calibration, top-2 and latency against scikit-learn, torchmetrics and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from snntrainer3d.analysis import calibration, latency, probabilities, top_accuracy

few = settings(max_examples=20)


@st.composite
def counted(draw):
    """Draw spike counts and labels of some samples."""
    size = draw(st.integers(2, 50))
    counts = draw(npst.arrays(np.int64, (size, 4), elements=st.integers(0, 6)))
    return counts, draw(npst.arrays(np.int64, size, elements=st.integers(0, 3)))


@pytest.mark.slow
@few
@given(counted())
def test_probabilities_are_scipys_softmax(drawn):
    from scipy.special import softmax

    counts, _ = drawn
    assert probabilities(counts) == pytest.approx(softmax(counts, axis=1))
    assert probabilities(counts, "rates", 5) == pytest.approx(softmax(counts / 5, axis=1))


@pytest.mark.slow
@few
@given(counted())
def test_calibration_is_torchmetrics(drawn):
    functional = pytest.importorskip("torchmetrics.functional.classification")
    import torch

    counts, labels = drawn
    chances = probabilities(counts)
    found = calibration(chances, labels)
    for norm, value in (("l1", found.expected_error), ("max", found.largest_error)):
        wanted = functional.multiclass_calibration_error(
            torch.from_numpy(chances), torch.from_numpy(labels), num_classes=4, n_bins=15, norm=norm
        )
        assert value == pytest.approx(float(wanted), abs=1e-6)
    assert sum(found.samples) == len(labels)


def test_calibration_by_hand():
    chances = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    found = calibration(chances, np.array([0, 1, 0]), bins=10)
    # (.9 claimed, .5 right) for two samples, (.6 claimed, 1 right) for one
    assert found.expected_error == pytest.approx((2 * 0.4 + 0.4) / 3)
    assert found.largest_error == pytest.approx(0.4)
    assert found.accuracies[5] == 1.0
    assert found.accuracies[0] is None


@pytest.mark.slow
@few
@given(st.integers(5, 40), st.integers(0, 1000))
def test_top_2_is_scikit_learns_where_nothing_ties(samples, seed):
    from sklearn import metrics as sklearn_metrics

    generator = np.random.default_rng(seed)
    scores = generator.permuted(np.tile(np.arange(4), (samples, 1)), axis=1)
    labels = generator.integers(0, 4, samples)
    for places in (1, 2, 3):
        wanted = sklearn_metrics.top_k_accuracy_score(labels, scores, k=places, labels=range(4))
        assert top_accuracy(scores, labels, places) == pytest.approx(wanted)


def test_ties_go_to_the_lowest_class():
    counts = np.array([[2, 2, 2]])
    assert [top_accuracy(counts, np.array([label])) for label in range(3)] == [1.0, 1.0, 0.0]


def test_latency_by_hand():
    # Three steps, two samples, two classes: the first decides 1 from step 2 on, the second 0 at once.
    spikes = np.array([[[1, 0], [1, 0]], [[0, 2], [0, 0]], [[0, 0], [0, 0]]])
    found = latency(spikes.cumsum(axis=0), np.array([1, 0]))
    assert found.accuracies == (0.5, 1.0, 1.0)
    assert found.step_near_final == 2
    assert found.mean_decision_step == 1.5


@pytest.mark.slow
@few
@given(npst.arrays(np.int64, (6, 12, 3), elements=st.integers(0, 1)), st.integers(0, 99))
def test_latency_equals_deciding_at_every_step(spikes, seed):
    labels = np.random.default_rng(seed).integers(0, 3, 12)
    counts = spikes.cumsum(axis=0)
    found = latency(counts, labels)
    decisions = [np.argmax(step, axis=1) for step in counts]
    assert found.accuracies == tuple(np.mean(step == labels) for step in decisions)
    since = [
        next(t for t in range(6) if all(decisions[later][sample] == decisions[-1][sample] for later in range(t, 6)))
        for sample in range(12)
    ]
    assert found.mean_decision_step == pytest.approx(np.mean(since) + 1)
    near = next(t for t in range(6) if all(abs(a - found.accuracies[-1]) <= 0.01 for a in found.accuracies[t:]))
    assert found.step_near_final == near + 1
