"""Statistics equal those of scipy, statsmodels and scikit-learn on made-up data; wrong uses are refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from snntrainer3d.analysis import (
    Refusal,
    agreement,
    bootstrap,
    confusion_difference,
    holm,
    mcnemar,
    pairs_needed,
    shown_p,
    smallest_p,
    wilcoxon,
    wilson,
)

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
few = settings(max_examples=60)


@st.composite
def decided(draw, most=60, classes=4):
    """Draw labels and the decisions of two networks on the same samples."""
    size = draw(st.integers(2, most))
    values = npst.arrays(np.int64, size, elements=st.integers(0, classes - 1))
    return draw(values), draw(values), draw(values)


@pytest.mark.slow
@few
@given(decided())
def test_mcnemar_is_statsmodels(drawn):
    from statsmodels.stats import contingency_tables as contingency

    labels, first, second = drawn
    right, other = first == labels, second == labels
    table = [[(right & other).sum(), (right & ~other).sum()], [(~right & other).sum(), (~right & ~other).sum()]]
    found = mcnemar(right, other)
    assert found.p == pytest.approx(contingency.mcnemar(table, exact=True).pvalue, abs=1e-12)
    assert found.difference == pytest.approx(right.mean() - other.mean())
    assert mcnemar(other, right).p == pytest.approx(found.p)


@pytest.mark.slow
@few
@given(st.lists(st.integers(-500, 500).filter(bool), min_size=6, max_size=50, unique_by=abs), st.integers(0, 99))
def test_wilcoxon_without_ties_is_scipys(differences, base):
    from scipy import stats as scipy_stats

    second = np.full(len(differences), base)
    found = wilcoxon(second + differences, second, range(len(differences)))
    wanted = scipy_stats.wilcoxon(differences, method="exact")
    assert (found.w, found.p) == (wanted.statistic, pytest.approx(wanted.pvalue, rel=1e-9))


@pytest.mark.parametrize("seed", range(3))
def test_wilcoxon_of_many_pairs_is_scipys_with_its_correction_for_ties(seed):
    from scipy import stats as scipy_stats

    first, second = np.random.default_rng(seed).integers(0, [[40], [44]], (2, 80))
    found = wilcoxon(first, second, range(80))
    wanted = scipy_stats.wilcoxon(first, second, method="asymptotic")
    assert (found.w, found.p) == (wanted.statistic, pytest.approx(wanted.pvalue))


def by_every_sign(differences):
    """Give W, p and the rank-biserial correlation from every way to draw the signs."""
    from scipy import stats as scipy_stats

    moved = np.array([one for one in differences if one])
    ranks = scipy_stats.rankdata(np.abs(moved))
    up, total = ranks[moved > 0].sum(), ranks.sum()
    drawn = np.array(list(itertools.product((0, 1), repeat=len(moved)))) @ ranks
    w = min(up, total - up)
    return w, float((np.minimum(drawn, total - drawn) <= w).mean()), (2 * up - total) / total


@pytest.mark.slow
@few
@given(
    st.sampled_from([300, 359, 1_000, 10_000]),
    st.lists(st.tuples(st.integers(250, 280), st.integers(-4, 7)), min_size=6, max_size=10),
)
def test_equal_differences_of_counts_share_their_rank_also_as_shares(samples, pairs):
    first, differences = (np.array(side) for side in zip(*pairs, strict=True))
    second, keys = first - differences, range(len(pairs))
    counted = wilcoxon(first, second, keys, unit=1 / samples)
    shares = wilcoxon(first / samples, second / samples, keys)
    if not differences.any():
        assert (counted.p, counted.effect, shares.p) == (1.0, 0.0, 1.0)
        return
    w, p, effect = by_every_sign(differences)
    for found in (counted, shares):
        assert (found.w, found.p, found.effect) == (w, pytest.approx(p), pytest.approx(effect))
        assert found.median_difference == pytest.approx(np.median(differences) / samples)


def test_wilcoxon_by_hand():
    found = wilcoxon([0.9, 0.8, 0.7, 0.6, 0.9, 0.8], [0.1, 0.2, 0.3, 0.41, 0.52, 0.63], range(6))
    assert (found.w, found.p, found.effect) == (0.0, 2 / 2**6, 1.0)
    assert "first is better" in found.sentence


@pytest.mark.slow
@few
@given(P_VALUES)
def test_holm_is_statsmodels(p):
    from statsmodels.stats import multitest

    assert holm(p) == pytest.approx(list(multitest.multipletests(p, method="holm")[1]))


@pytest.mark.slow
@few
@given(st.integers(1, 500), st.data())
def test_wilson_is_statsmodels(samples, data):
    from statsmodels.stats import proportion

    right = data.draw(st.integers(0, samples))
    low, high = proportion.proportion_confint(right, samples, method="wilson")
    found = wilson(right, samples)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.slow
@few
@given(decided())
def test_agreement_is_scikit_learn(drawn):
    from sklearn import metrics as sklearn_metrics

    labels, first, second = drawn
    found = agreement(first, second, labels)
    assert found.same == pytest.approx(sklearn_metrics.accuracy_score(first, second))
    if found.same < 1.0:
        assert found.kappa == pytest.approx(sklearn_metrics.cohen_kappa_score(first, second))
    assert found.both_right + found.only_first + found.only_second + found.both_wrong == len(labels)


def test_macro_f1_is_of_the_classes_where_a_network_has_more_outputs():
    from sklearn import metrics as sklearn_metrics

    labels, decisions = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 4, 1, 0, 2, 2, 4])
    confusion = sklearn_metrics.confusion_matrix(labels, decisions, labels=range(5))
    wanted = sklearn_metrics.f1_score(labels, decisions, labels=range(3), average="macro")
    found = bootstrap(confusion, "macro_f1", classes=3)
    assert found.value == pytest.approx(wanted)
    assert found.low < found.value < found.high


@pytest.mark.slow
@few
@given(decided())
def test_bootstrapped_figures_are_scikit_learns(drawn):
    from sklearn import metrics as sklearn_metrics

    labels, first, _ = drawn
    confusion = sklearn_metrics.confusion_matrix(labels, first, labels=range(4))
    assert bootstrap(confusion, resamples=10).value == pytest.approx(sklearn_metrics.accuracy_score(labels, first))
    wanted = sklearn_metrics.f1_score(labels, first, labels=range(4), average="macro", zero_division=0)
    assert bootstrap(confusion, "macro_f1", resamples=10).value == pytest.approx(wanted)


@pytest.mark.slow
def test_bootstrap_is_scipys_but_for_the_draw():
    from scipy import stats as scipy_stats
    from sklearn import metrics as sklearn_metrics

    generator = np.random.default_rng(4)
    labels = generator.integers(0, 4, 400)
    decisions = np.where(generator.random(400) < 0.7, labels, generator.integers(0, 4, 400))
    confusion = sklearn_metrics.confusion_matrix(labels, decisions)
    wanted = scipy_stats.bootstrap(
        ((labels == decisions).astype(float),), np.mean, method="percentile", n_resamples=10_000, rng=1
    ).confidence_interval
    found = bootstrap(confusion)
    # Both draw 10,000 times: a quantile at 2.5 % is then known to about ± .001.
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.004)
    assert found == bootstrap(confusion)
    assert bootstrap(confusion, "macro_f1") != bootstrap(confusion, "macro_f1", seed=1)
    assert bootstrap(confusion, "macro_f1").low < bootstrap(confusion, "macro_f1").value


@pytest.mark.parametrize("pairs", range(1, 12))
def test_the_smallest_p_is_the_smallest(pairs):
    from scipy import stats as scipy_stats

    found = scipy_stats.wilcoxon(np.arange(1.0, pairs + 1))
    assert smallest_p(pairs) == pytest.approx(found.pvalue)


def test_too_few_pairs_are_refused():
    assert pairs_needed() == 6
    refused = wilcoxon([1, 2, 3, 4, 5], [0] * 5, range(5))
    assert isinstance(refused, Refusal)
    assert refused.code == "too_few_pairs"
    assert "0.0625" in refused.sentence
    assert not isinstance(wilcoxon([1, 2, 3, 4, 5, 6], [0] * 6, range(6)), Refusal)


def test_the_papers_family_needs_twelve_seeds():
    assert pairs_needed(76) == 12
    assert isinstance(wilcoxon(range(11), [20] * 11, range(11), comparisons=76), Refusal)
    assert not isinstance(wilcoxon(range(12), [20] * 12, range(12), comparisons=76), Refusal)


def test_pseudo_replication_is_refused():
    refused = wilcoxon(range(12), [20] * 12, [*range(11), 0])
    assert isinstance(refused, Refusal)
    assert refused.code == "pseudo_replication"


def test_unpaired_values_are_refused():
    assert wilcoxon([1.0], [1.0, 2.0], [0]).code == "not_paired"


def test_different_test_sets_are_refused():
    yes = np.ones(3, bool)
    assert mcnemar(yes, yes[:2]).code == "different_test_sets"
    assert agreement(np.arange(3), np.arange(2), np.arange(3)).code == "different_test_sets"
    assert confusion_difference(np.eye(2, dtype=int), np.eye(3, dtype=int)).code == "different_test_sets"
    assert confusion_difference(np.eye(2, dtype=int), 2 * np.eye(2, dtype=int)).code == "different_test_sets"


def test_confusion_difference():
    first, second = np.array([[5, 1], [2, 4]]), np.array([[2, 4], [2, 4]])
    found = confusion_difference(first, second)
    assert found.cells.tolist() == [[-3, 3], [0, 0]]
    assert found.sentence == "The largest difference: the second decides class 0 rightly for 3 fewer samples."
    mistaken = confusion_difference(np.array([[5, 3], [0, 0]]), np.array([[4, 4], [0, 0]]))
    assert mistaken.sentence == "The largest difference: the second decides class 0 rightly for 1 fewer sample."
    mistaken = confusion_difference(np.array([[4, 4, 0]] * 3), np.array([[5, 2, 1]] * 3))
    assert mistaken.sentence == "The largest difference: the second takes class 0 for class 1 in 2 fewer samples."
    assert "equal" in confusion_difference(first, first).sentence


def test_sentences_say_who_is_better():
    labels = np.arange(30)
    better, worse = labels.copy(), labels.copy()
    worse[:12] = -1
    assert "first is better" in mcnemar(better == labels, worse == labels).sentence
    assert "second is better" in mcnemar(worse == labels, better == labels).sentence
    assert "nothing tells" in mcnemar(better == labels, better == labels).sentence
    assert "chance alone" in mcnemar(labels < 20, labels >= 12).sentence


@pytest.mark.parametrize(("p", "text"), [(1.0, "1"), (0.05, ".05"), (0.00001, "< .0001"), (0.0312, ".0312")])
def test_p_as_people_read_it(p, text):
    assert shown_p(p) == text
