import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from snntrainer3d.analysis import evaluate_counts

EXACT = 1e-12
"""Ratios of the same whole numbers; sums may round differently."""


@st.composite
def counted(draw):
    outputs = draw(st.integers(2, 6))
    samples = draw(st.integers(1, 60))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return generator.integers(0, draw(st.integers(1, 6)), (samples, outputs)), generator.integers(0, outputs, samples)


@pytest.mark.slow
@given(counted())
def test_scores_are_scikit_learns(sample):
    from sklearn import metrics

    counts, labels = sample
    result = evaluate_counts(counts, labels, 0.5)
    decided, every = counts.argmax(1), list(range(counts.shape[1]))
    assert result.accuracy == pytest.approx(metrics.accuracy_score(labels, decided), abs=EXACT)
    assert np.array_equal(result.confusion, metrics.confusion_matrix(labels, decided, labels=every))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, decided, labels=every, zero_division=0
    )
    found = np.array([(score.precision, score.recall, score.f1, score.support) for score in result.per_class])
    np.testing.assert_allclose(found, np.stack([precision, recall, f1, support], 1), atol=EXACT, rtol=0)
    macro = metrics.precision_recall_fscore_support(labels, decided, labels=every, average="macro", zero_division=0)
    np.testing.assert_allclose(
        [result.macro_precision, result.macro_recall, result.macro_f1], macro[:3], atol=EXACT, rtol=0
    )
    for score, table in zip(
        result.per_class, metrics.multilabel_confusion_matrix(labels, decided, labels=every), strict=True
    ):
        assert [[score.tn, score.fp], [score.fn, score.tp]] == table.tolist()
        assert score.tp + score.fp + score.fn + score.tn == result.samples


def test_the_papers_equations_by_hand():
    """Class 1: TP 1, FP 1, FN 2, TN 2. Eqs. 9–11: 1/2, 1/3, 2·(1/2·1/3)/(1/2+1/3) = 2/5."""
    counts = np.array([[3, 0, 0], [0, 3, 0], [0, 3, 0], [3, 0, 0], [0, 0, 3], [3, 0, 0]])
    score = evaluate_counts(counts, np.array([0, 1, 2, 1, 1, 0]), 0.0).per_class[1]
    assert (score.tp, score.fp, score.fn, score.tn) == (1, 1, 2, 2)
    assert (score.precision, score.recall, score.f1) == (0.5, 1 / 3, pytest.approx(0.4, abs=EXACT))


def test_ties_go_to_the_lowest_and_are_counted():
    counts = np.array([[2, 2, 1], [0, 0, 0], [1, 3, 3], [0, 0, 1]])
    result = evaluate_counts(counts, np.array([1, 0, 1, 2]), 0.0)
    assert result.decisions.tolist() == [0, 0, 1, 2]
    assert result.ties == 3
    assert result.accuracy == 0.75


def test_deciding_for_an_output_without_a_class_is_wrong_and_not_scored():
    result = evaluate_counts(np.array([[0, 0, 9], [9, 0, 0]]), np.array([0, 0]), 0.0, ["cat", "dog"])
    assert result.accuracy == 0.5
    assert result.confusion.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert [(score.name, score.recall) for score in result.per_class] == [("cat", 0.5), ("dog", 0.0)]
    assert result.macro_recall == 0.25


def test_the_dictionary_is_what_results_json_holds():
    form = evaluate_counts(np.array([[0, 2], [3, 0]]), np.array([1, 1]), 0.25, ["0", "1"]).to_dict()
    assert json.loads(json.dumps(form)) == form
    assert list(form) == [
        "accuracy",
        "loss",
        "samples",
        "ties",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "confusion",
        "per_class",
    ]
    assert form["per_class"][1] == {
        "label": 1,
        "name": "1",
        "precision": 1.0,
        "recall": 0.5,
        "f1": 2 / 3,
        "support": 2,
        "tp": 1,
        "fp": 0,
        "fn": 1,
        "tn": 0,
    }


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        (np.zeros((0, 2), int), np.zeros(0, int)),
        (np.zeros((2, 2), int), np.zeros(3, int)),
        (np.eye(2, dtype=int), np.array([0, 2])),
    ],
)
def test_what_does_not_belong_together_is_a_mistake_of_the_caller(counts, labels):
    # Where the shapes of the signature are checked at run time, that check speaks first.
    with pytest.raises((ValueError, TypeCheckError), match=r"counts|classes"):
        evaluate_counts(counts, labels, 0.0)
