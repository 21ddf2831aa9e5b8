"""Tests and intervals for comparing networks: pure functions, each with its result in plain words.

Where a test would be wrong, a `Refusal` says why and what to do; a test is never computed because it can be.
scipy is imported by the functions that need it: its statistics take a second, and the server imports this room.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64, Int

LEVEL = 0.05
"""The share of false alarms that a test may give."""
RESAMPLES = 10_000
EXACT_PAIRS = 50
"""Pairs with a difference up to which the signed-rank test is computed exactly."""
ROUNDING = 1e-12
"""Share of the largest figure below which two differences of figures are the same."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a statistic is not given."""

    code: Literal["too_few_pairs", "pseudo_replication", "not_paired", "different_test_sets", "no_decisions"]
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class McNemar:
    """The exact test of McNemar 1947 on the same samples: only those that one of two gets right can tell them apart."""

    only_first: int
    """Samples that only the first decided right."""
    only_second: int
    p: float
    difference: float
    """Accuracy of the first less that of the second."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Wilcoxon:
    """The signed-rank test of Wilcoxon 1945 on pairs, two-sided."""

    w: float
    """The smaller sum of ranks."""
    p: float
    effect: float
    """Matched-pairs rank-biserial correlation: (W₊ − W₋)/(W₊ + W₋), from −1 to 1. Kerby 2014."""
    pairs: int
    median_difference: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure would lie in most repetitions with other samples of the same kind."""

    value: float
    low: float
    high: float
    level: float
    method: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two networks decide alike on the same samples."""

    same: float
    """Share of samples with the same decision."""
    kappa: float
    """Cohen's κ: agreement beyond what their habits alone would give; 1 where both always decide the same class."""
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    sentence: str


@dataclass(frozen=True, eq=False, slots=True)
class ConfusionDifference:
    """Second confusion matrix less the first."""

    cells: Int[np.ndarray, "label decision"]
    sentence: str


def mcnemar(first_right: Bool[np.ndarray, "sample"], second_right: Bool[np.ndarray, "sample"]) -> McNemar | Refusal:
    """Compare two networks on the same samples, one decision each, by the exact binomial test.

    Args:
        first_right, second_right: whether each sample was decided right, in the same order.
    """
    if first_right.shape != second_right.shape:
        return _different_samples(len(first_right), len(second_right))
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    differing = only_first + only_second
    from scipy import stats

    p = float(stats.binomtest(only_first, differing, 0.5).pvalue) if differing else 1.0
    difference = (only_first - only_second) / max(len(first_right), 1)
    return McNemar(only_first, only_second, p, difference, _mcnemar_sentence(only_first, only_second, p))


def wilcoxon(
    first: Sequence[float],
    second: Sequence[float],
    keys: Sequence[Hashable],
    *,
    unit: float = 1.0,
    comparisons: int = 1,
    level: float = LEVEL,
) -> Wilcoxon | Refusal:
    """Compare two kinds of network over independent repetitions, paired by seed or by fold.

    Exact where at most 50 pairs differ, also where differences are equal; beyond by the normal approximation, corrected
    for ties.

    Args:
        first, second: figures of each pair; better counts, as of samples decided right, than shares: where differences
            are equal, shares of a count differ by rounding. Differences closer than rounding are taken for equal.
        unit: what figures are multiplied by in `median_difference`: 1/samples, where they are counts of samples.
        keys: what makes each pair a repetition of its own: its seed or fold.
        comparisons: how many such tests are made together. Holm's correction multiplies the smallest p by it, so that
            more pairs are needed.

    Returns:
        Refusal: lengths differ, a key comes twice, or the smallest possible p cannot reach `level`.
    """
    if not len(first) == len(second) == len(keys):
        sentence = f"{len(first)} and {len(second)} values with {len(keys)} keys are not pairs."
        return Refusal("not_paired", sentence, "Train each seed in both.")
    if len(set(keys)) < len(keys):
        return Refusal(
            "pseudo_replication",
            "A seed or fold comes more than once. The same network measured again is not a repetition: it would make "
            "noise look like evidence.",
            "Train with different seeds, or split into folds.",
        )
    needed = pairs_needed(comparisons, level)
    if len(keys) < needed:
        return Refusal("too_few_pairs", _too_few(len(keys), comparisons, level), f"Take at least {needed} seeds.")
    ones, others = np.asarray(first, np.float64), np.asarray(second, np.float64)
    return _wilcoxon(ones - others, ROUNDING * max(np.abs(ones).max(), np.abs(others).max()), unit)


def smallest_p(pairs: int) -> float:
    """Give the smallest two-sided p that the signed-rank test can give: 2/2ⁿ, all differences of one sign."""
    return min(1.0, 2.0 ** (1 - pairs))


def pairs_needed(comparisons: int = 1, level: float = LEVEL) -> int:
    """Give the number of pairs from which on the test can reach `level` after Holm's correction."""
    pairs = 1
    while smallest_p(pairs) * comparisons > level:
        pairs += 1
    return pairs


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p values for being many, by Holm 1979: the chance of even one false alarm stays below the level."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    steps = p[order] * (len(p) - np.arange(len(p)))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(value) for value in corrected]


def wilson(right: int, samples: int, level: float = 0.95) -> Interval:
    """Give the interval of Wilson 1927 for an accuracy: sound also near 0 and 1, where value ± error is not."""
    from scipy import stats

    interval = stats.binomtest(right, samples).proportion_ci(level, method="wilson")
    low, high = float(interval.low), float(interval.high)
    return Interval(right / samples, low, high, level, "Wilson", _interval_sentence("accuracy", low, high, level))


def bootstrap(
    confusion: Int[np.ndarray, "label decision"],
    statistic: Literal["accuracy", "macro_f1"] = "accuracy",
    *,
    level: float = 0.95,
    classes: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of a figure over the samples, Efron 1979.

    Drawing samples with replacement is drawing cells of the confusion matrix, a multinomial: nothing else of a sample
    matters for the figure. The network stays the same: seeds vary more.

    Args:
        classes: over which macro F1 is the mean, where a network has more outputs than there are classes.
        seed: of the drawing; the same gives the same interval.
    """
    total = int(confusion.sum())
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(total, (confusion / total).reshape(-1), size=resamples)
    of = _accuracies if statistic == "accuracy" else partial(_macro_f1s, classes=classes or len(confusion))
    values = of(drawn.reshape(resamples, *confusion.shape))
    low, high = (float(bound) for bound in np.quantile(values, [(1 - level) / 2, (1 + level) / 2]))
    value = float(of(confusion[None])[0])
    name = statistic.replace("macro_f1", "macro F1")
    return Interval(value, low, high, level, "bootstrap", _interval_sentence(name, low, high, level))


def agreement(
    first: Int[np.ndarray, "sample"], second: Int[np.ndarray, "sample"], labels: Int[np.ndarray, "sample"]
) -> Agreement | Refusal:
    """Compare two networks' decisions on the same samples."""
    if not first.shape == second.shape == labels.shape:
        return _different_samples(len(first), len(second))
    same = float((first == second).mean())
    right_first, right_second = first == labels, second == labels
    only_first, only_second = int((right_first & ~right_second).sum()), int((right_second & ~right_first).sum())
    return Agreement(
        same=same,
        kappa=_kappa(first, second),
        both_right=int((right_first & right_second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~right_first & ~right_second).sum()),
        sentence=f"They decide alike on {same:.1%} of the samples; where one alone is right, it is the first "
        f"{only_first:,} times and the second {only_second:,} times.",
    )


def confusion_difference(
    first: Int[np.ndarray, "label decision"], second: Int[np.ndarray, "label decision"]
) -> ConfusionDifference | Refusal:
    """Subtract the first confusion matrix from the second; both must be of the same samples."""
    if first.shape != second.shape or not np.array_equal(first.sum(axis=1), second.sum(axis=1)):
        return Refusal(
            "different_test_sets",
            "The two matrices are not of the same samples: their classes differ in number or size.",
            "Compare runs on the same data set.",
        )
    cells = second.astype(np.int64) - first
    label, decision = np.unravel_index(int(np.abs(cells).argmax()), cells.shape)
    change = int(cells[label, decision])
    if change == 0:
        return ConfusionDifference(cells, "Both matrices are equal.")
    return ConfusionDifference(cells, f"The largest difference: {_told(int(label), int(decision), change)}.")


def _told(label: int, decision: int, change: int) -> str:
    samples = f"{abs(change):,} {'more' if change > 0 else 'fewer'} sample{'s' if abs(change) > 1 else ''}"
    decides = (
        f"decides class {label} rightly for" if label == decision else f"takes class {label} for class {decision} in"
    )
    return f"the second {decides} {samples}"


def _different_samples(first: int, second: int) -> Refusal:
    return Refusal(
        "different_test_sets",
        f"{first:,} and {second:,} decisions are not of the same samples.",
        "Compare runs on the same data set.",
    )


def _mcnemar_sentence(only_first: int, only_second: int, p: float) -> str:
    if only_first + only_second == 0:
        return "Both are right on exactly the same samples; nothing tells them apart."
    samples = "1 sample" if only_first == 1 else f"{only_first:,} samples"
    counted = f"The first alone is right on {samples}, the second alone on {only_second:,}"
    if p >= LEVEL:
        return f"{counted}: chance alone gives such a difference often (p = {shown_p(p)})."
    better = "first" if only_first > only_second else "second"
    return f"{counted}: the {better} is better on these samples, and chance is an unlikely reason (p {_less(p)})."


def _wilcoxon(differences: Float64[np.ndarray, "pair"], rounding: float, unit: float) -> Wilcoxon:
    sizes = np.abs(differences)
    moved = sizes > rounding
    if not moved.any():
        return Wilcoxon(0.0, 1.0, 0.0, len(differences), 0.0, "All pairs are equal; nothing tells the two apart.")
    doubled = _doubled_ranks(sizes[moved], rounding)
    up = int(doubled[differences[moved] > 0].sum())
    down = int(doubled.sum()) - up
    effect = (up - down) / (up + down)
    median = float(np.median(differences)) * unit
    p = _signed_rank_p(doubled, min(up, down))
    reading = "better" if p < LEVEL else "not clearly different"
    better = ("the first is " if effect > 0 else "the second is ") if p < LEVEL else "they are "
    sentence = (
        f"Over {len(differences)} pairs {better}{reading}: median difference {median * 100:+.2f} points, "
        f"rank-biserial correlation {effect:+.2f} (p {_less(p)})."
    )
    return Wilcoxon(min(up, down) / 2, p, effect, len(differences), median, sentence)


def _doubled_ranks(sizes: Float64[np.ndarray, "pair"], rounding: float) -> Int[np.ndarray, "pair"]:
    """Give twice the rank of each size, whole numbers: sizes no further apart than rounding share their mean rank."""
    order = np.argsort(sizes, kind="stable")
    begins = np.flatnonzero(np.diff(sizes[order], prepend=-np.inf) > rounding)
    ends = np.append(begins[1:], len(sizes))
    doubled = np.empty(len(sizes), np.int64)
    doubled[order] = np.repeat(begins + ends + 1, ends - begins)
    return doubled


def _signed_rank_p(doubled: Int[np.ndarray, "pair"], smaller: int) -> float:
    """Give the chance that, signs being drawn by coins, the smaller of both doubled sums of ranks is no larger."""
    if len(doubled) <= EXACT_PAIRS:
        ways = np.array([1], object)  # of each sum of the ranks with one sign; whole numbers of any size
        for rank in doubled.tolist():
            none = np.zeros(rank, object)
            ways = np.append(ways, none) + np.append(none, ways)
        return min(1.0, 2 * int(ways[: smaller + 1].sum()) / 2 ** len(doubled))
    from scipy import stats

    # Var = Σ rank²/4, of doubled ranks and sums four times that; ties are in the ranks.
    spread = math.sqrt(float((doubled.astype(np.float64) ** 2).sum()) / 4)
    return float(min(1.0, 2 * stats.norm.cdf((smaller - doubled.sum() / 2) / spread)))


def _too_few(pairs: int, comparisons: int, level: float) -> str:
    best = smallest_p(pairs)
    together = f" Of {comparisons} tests together Holm's correction makes it {min(1.0, best * comparisons):.3g}."
    counted = "1 pair" if pairs == 1 else f"{pairs} pairs"
    return (
        f"With {counted} the smallest p that the signed-rank test can give is 2/2^{pairs} = {best:.3g}."
        f"{together if comparisons > 1 else ''} It cannot get to {level:g}, whatever the networks do."
    )


def _interval_sentence(name: str, low: float, high: float, level: float) -> str:
    between = f"{low:.2%} to {high:.2%}"
    return f"With other samples of the same kind, the {name} of this network lies in {between} ({level:.0%})."


def shown_p(p: float) -> str:
    """Write a p value as people read it: two figures, `< .0001` below that."""
    return "< .0001" if p < 1e-4 else f"{p:.4f}".rstrip("0").lstrip("0") if p < 1 else "1"


def _less(p: float) -> str:
    return shown_p(p) if p < 1e-4 else f"= {shown_p(p)}"


def _kappa(first: np.ndarray, second: np.ndarray) -> float:
    classes, pairs = int(max(first.max(), second.max())) + 1, len(first) ** 2
    alike = int((first == second).sum()) * len(first)
    chance = int(np.bincount(first, minlength=classes) @ np.bincount(second, minlength=classes))
    return 1.0 if chance == pairs else (alike - chance) / (pairs - chance)


def _accuracies(matrices: Int[np.ndarray, "draw label decision"]) -> Float64[np.ndarray, "draw"]:
    return np.trace(matrices, axis1=1, axis2=2) / matrices.sum(axis=(1, 2))


def _macro_f1s(matrices: Int[np.ndarray, "draw label decision"], classes: int) -> Float64[np.ndarray, "draw"]:
    hits = np.diagonal(matrices, axis1=1, axis2=2)
    decided_or_true = matrices.sum(axis=1) + matrices.sum(axis=2)
    scores = np.where(decided_or_true > 0, 2 * hits / np.maximum(decided_or_true, 1), 0.0)
    return scores[:, :classes].mean(axis=1)
