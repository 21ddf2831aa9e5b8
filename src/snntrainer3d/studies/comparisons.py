"""The tests of the paper's study: which networks are compared, how, and what the paper did in their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from jaxtyping import Bool

from snntrainer3d.analysis import McNemar, Refusal, Wilcoxon, holm, mcnemar, shown_p, wilcoxon
from snntrainer3d.studies.outcome import Outcome, Trained
from snntrainer3d.studies.paper import NEURONS, SIZES

PAPER_SCORINGS = 10
PAPER_BATCH = 128
_NONE = "–"
Network = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two kinds of network compared; figures as a table shows them, `–` where a test is refused."""

    first: Network
    second: Network
    difference: float
    """Mean accuracy of the first less that of the second."""
    only_first: int
    only_second: int
    mcnemar_p: str
    mcnemar_holm: str
    w: str
    wilcoxon_p: str
    wilcoxon_holm: str
    effect: str
    paper_p: str
    refusal: str
    """Why there is no Wilcoxon test; empty where there is one."""
    runs: tuple[str, ...]
    seed_runs: tuple[str, ...]
    """The two runs of the seed that McNemar compares."""
    mcnemar_value: float = 1.0
    mcnemar_corrected: float = 1.0
    paper_value: float = 1.0
    wilcoxon_corrected: float | None = None


def family() -> list[tuple[Network, Network]]:
    """Give the comparisons: every two neurons at equal size, and neighbouring sizes of each neuron; 76."""
    neurons = [((one, size), (other, size)) for size in SIZES for one, other in combinations(NEURONS, 2)]
    sizes = [((neuron, larger), (neuron, smaller)) for neuron in NEURONS for smaller, larger in pairwise(SIZES)]
    return neurons + sizes


def compare_all(outcome: Outcome) -> list[Comparison]:
    """Compare what is there of the family, corrected together by Holm."""
    present = [(a, b) for a, b in family() if _shared(outcome, a, b)]
    found = [_compare(outcome, first, second, len(present)) for first, second in present]
    if not found:
        return []
    single = holm([one[1].p for one in found])
    tested = [place for place, one in enumerate(found) if isinstance(one[2], Wilcoxon)]
    seeds = dict(zip(tested, holm([found[place][2].p for place in tested]) if tested else [], strict=True))  # type: ignore[union-attr]
    return [
        replace(
            one[0],
            mcnemar_holm=shown_p(single[place]),
            mcnemar_corrected=single[place],
            wilcoxon_corrected=seeds.get(place),
            wilcoxon_holm=shown_p(seeds[place]) if place in seeds else _NONE,
        )
        for place, one in enumerate(found)
    ]


def paper_way(first: Bool[np.ndarray, "sample"], second: Bool[np.ndarray, "sample"], seed: int = 0) -> float:
    """Give the p value of the paper's test: one network each, scored ten times with the last batch left out.

    Each scoring drops other images of a shuffled test set, 16 of MNIST's, so that the ten "accuracies" differ by these
    alone; the signed-rank test then takes them for repetitions. For contrast only.
    """
    from scipy import stats

    generator = np.random.default_rng(seed)
    kept = len(first) // PAPER_BATCH * PAPER_BATCH
    scores = np.zeros((2, PAPER_SCORINGS), np.int64)  # samples decided right: shares of them differ by rounding
    for scoring in range(PAPER_SCORINGS):
        for place, right in enumerate((first, second)):
            scores[place, scoring] = right[generator.permutation(len(right))[:kept]].sum()
    if np.array_equal(scores[0], scores[1]):
        return 1.0
    # The normal approximation, because the differences have ties and scipy's exact form has none.
    return float(stats.wilcoxon(scores[0], scores[1], method="approx").pvalue)


def _shared(outcome: Outcome, first: Network, second: Network) -> list[tuple[Trained, Trained]]:
    """Give the runs of both, paired by seed."""
    ones = {one.entry.seed: one for one in outcome.of(neuron=first[0], hidden=[first[1]])}
    others = {one.entry.seed: one for one in outcome.of(neuron=second[0], hidden=[second[1]])}
    return [(ones[seed], others[seed]) for seed in sorted(ones.keys() & others.keys())]


def _compare(
    outcome: Outcome, first: Network, second: Network, comparisons: int
) -> tuple[Comparison, McNemar, Wilcoxon | Refusal]:
    pairs = _shared(outcome, first, second)
    one, other = pairs[0]
    steps = one.entry.spec.training.num_steps
    right, others_right = outcome.right(one, steps), outcome.right(other, steps)
    single = mcnemar(right, others_right)
    assert isinstance(single, McNemar), "runs of one study share their test set"
    ours, theirs = ([int(np.trace(side.test["confusion"])) for side in sides] for sides in zip(*pairs, strict=True))
    seeds = [pair[0].entry.seed for pair in pairs]
    over_seeds = wilcoxon(ours, theirs, seeds, unit=1 / len(right), comparisons=comparisons)
    tested = over_seeds if isinstance(over_seeds, Wilcoxon) else None
    paper = paper_way(right, others_right)
    made = Comparison(
        first=first,
        second=second,
        difference=(sum(ours) - sum(theirs)) / (len(seeds) * len(right)),
        only_first=single.only_first,
        only_second=single.only_second,
        mcnemar_p=shown_p(single.p),
        mcnemar_holm=_NONE,
        w=f"{tested.w:g}" if tested else _NONE,
        wilcoxon_p=shown_p(tested.p) if tested else _NONE,
        wilcoxon_holm=_NONE,
        effect=f"{tested.effect:+.2f}" if tested else _NONE,
        paper_p=shown_p(paper),
        refusal="" if isinstance(over_seeds, Wilcoxon) else f"{over_seeds.sentence} {over_seeds.hint}",
        runs=tuple(run.run for pair in pairs for run in pair),
        seed_runs=(one.run, other.run),
        mcnemar_value=single.p,
        paper_value=paper,
    )
    return made, single, over_seeds
