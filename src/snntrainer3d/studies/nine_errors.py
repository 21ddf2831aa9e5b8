"""What is wrong in the paper, each fault with a figure that is computed from its cited cells and from our runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from snntrainer3d.spec import Alpha, Lapicque, multiplications
from snntrainer3d.studies.comparisons import Comparison
from snntrainer3d.studies.outcome import Outcome, Trained
from snntrainer3d.studies.paper import DECISION_STEPS, PRINTED, SIZES, one_vs_rest_accuracy

_LEVEL = 0.05
_PAPER_BETA = 0.95
_PAPER_ALPHA = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: what it is, and what shows it."""

    title: str
    text: str
    evidence: str
    runs: tuple[str, ...] = ()


def nine_errors(outcome: Outcome, comparisons: Sequence[Comparison]) -> list[Finding]:
    """Explain the nine faults in the order of design/paper.md; the evidence is computed here."""
    return [
        _accuracy(),
        _class_nine(),
        _alpha_is_synaptic(outcome),
        _old_release(),
        _steps(outcome),
        _pseudo_replication(comparisons),
        _gain(outcome),
        _operations(outcome),
        _no_validation(outcome),
    ]


def _accuracy() -> Finding:
    cells = PRINTED.values()
    gap = max(abs(one_vs_rest_accuracy(cell.true_accuracy) - cell.printed_accuracy) for cell in cells)
    worst = max(cells, key=lambda cell: cell.printed_accuracy - cell.true_accuracy)
    return Finding(
        "“Accuracy” is not accuracy",
        "It is (ΣTP + ΣTN)/all over ten one-against-the-rest counts, 1 − 0.2·(1 − accuracy): a network that knows "
        f"nothing gets {one_vs_rest_accuracy(0.1):.0%}.",
        f"That formula gives all {len(cells)} printed figures from the true ones within {gap * 100:.3f} points. The "
        f"largest gap: {worst.printed_accuracy:.2%} printed, {worst.true_accuracy:.2%} true.",
    )


def _class_nine() -> Finding:
    gaps = [abs(cell.printed_f1 - cell.macro_f1) for cell in PRINTED.values()]
    return Finding(
        "“F1 at the final epoch (index 9)” is the F1 of class 9",
        "The index is the digit, not the epoch: there was one epoch.",
        f"The printed F1 is up to {max(gaps):.3f} and on average {fmean(gaps):.3f} away from the macro F1 of the same "
        "network.",
    )


def _alpha_is_synaptic(outcome: Outcome) -> Finding:
    ours = _mean_difference(outcome, "synaptic", "alpha")
    told = (
        f" Real Alpha neurons differ: Synaptic less Alpha is {ours[0] * 100:+.1f} points in our runs." if ours else ""
    )
    differences = [
        abs(PRINTED["synaptic", size].true_accuracy - PRINTED["alpha", size].true_accuracy) for size in SIZES
    ]
    legal = f"α {Alpha().alpha:g} over β {Alpha().beta:g}"
    return Finding(
        "The “Alpha” networks are Synaptic networks",
        f"Their weight files say so. With the paper's α {_PAPER_ALPHA:g} below β {_PAPER_BETA:g} an Alpha neuron would "
        f"answer excitation with inhibition; α must exceed β, as {legal}. Ours take α .97, which is our choice.",
        f"The paper's two columns differ by {min(differences) * 100:.1f} to {max(differences) * 100:.1f} "
        "points: chance "
        f"between two trainings of one kind of network.{told}",
        ours[1] if ours else (),
    )


def _old_release() -> Finding:
    return Finding(
        "Synaptic was trained under a fault of snnTorch",
        "Up to 0.9.1 Synaptic overwrote its synaptic current with the membrane before each step, i[t] = "
        "α·m[t−1] + x[t]: "
        "the membrane then grows instead of decaying.",
        f"With α {_PAPER_ALPHA:g} and β {_PAPER_BETA:g} the membrane is multiplied by "
        f"{_PAPER_ALPHA + _PAPER_BETA:g} in each step, {(_PAPER_ALPHA + _PAPER_BETA) ** DECISION_STEPS:.1e} times in "
        f"{DECISION_STEPS}. `snntrainer3d evaluate FILE --legacy-synaptic` puts the fault back for the paper's files.",
    )


def _steps(outcome: Outcome) -> Finding:
    gains = {
        one.run: float(outcome.right(one, DECISION_STEPS).mean()) - one.test["accuracy"] for one in outcome.trained
    }
    steps = outcome.plan.entries[0].spec.training.num_steps
    told = (
        f"In our runs deciding after {DECISION_STEPS} steps changes accuracy by {min(gains.values()) * 100:+.2f} to "
        f"{max(gains.values()) * 100:+.2f} points, {fmean(gains.values()) * 100:+.2f} on average."
        if gains
        else "No run has finished yet."
    )
    return Finding(
        f"It trains on {steps} steps and decides on {DECISION_STEPS}",
        f"The forward pass always runs {DECISION_STEPS} steps; the loss sees the first {steps}; spikes are "
        "counted over "
        "all. The published weights give the published figures only so.",
        told,
        tuple(gains),
    )


def _pseudo_replication(comparisons: Sequence[Comparison]) -> Finding:
    paper = sum(one.paper_value < _LEVEL for one in comparisons)
    single = sum(one.mcnemar_value < _LEVEL for one in comparisons)
    corrected = sum(one.mcnemar_corrected < _LEVEL for one in comparisons)
    wrongly = sum(one.paper_value < _LEVEL <= one.mcnemar_corrected for one in comparisons)
    seeded = [one.wilcoxon_corrected for one in comparisons if one.wilcoxon_corrected is not None]
    over_seeds = (
        f" Paired over seeds, the signed-rank test finds {sum(p < _LEVEL for p in seeded)} of {len(seeded)}."
        if seeded
        else " Paired over seeds it cannot be done with so few of them."
    )
    return Finding(
        "Its Wilcoxon test compares noise",
        "The ten “accuracies” of a network are one network, scored ten times under shuffled batches of "
        "which the last is "
        "dropped: they differ by 16 images. Ten scorings of one network are not ten networks "
        "(pseudo-replication). Pair "
        "over seeds or folds, or use McNemar's test on the same images.",
        f"Done to our networks, its test calls {paper} of {len(comparisons)} comparisons significant; McNemar's calls "
        f"{single}, and {corrected} after Holm's correction. In {wrongly} of them the paper's way finds a "
        "difference that "
        f"the same test images do not support.{over_seeds}",
        tuple(dict.fromkeys(run for one in comparisons for run in one.seed_runs)),
    )


def _gain(outcome: Outcome) -> Finding:
    neuron = Lapicque(beta=_PAPER_BETA)
    gain, even = neuron.gain(), neuron.compensated()
    ours = _mean_difference(outcome, "leaky", "lapicque")
    told = f" LIF less Lapicque is {ours[0] * 100:+.1f} points in our runs." if ours else ""
    return Finding(
        "Lapicque got a weaker input",
        "From β alone snnTorch sets R = 1 and C = Δt/ln(1/β), so that the input is scaled by Δt/C. With R and C "
        f"chosen for a gain of {even.gain():g} the same equation is that of LIF with β {even.decay():.4f}: "
        "the bad figures "
        "are the scaling, not a property of the neuron.",
        f"The gain is {gain:.4f}, {1.0 / gain:.1f} times less than that of LIF.{told}",
        ours[1] if ours else (),
    )


def _operations(outcome: Outcome) -> Finding:
    shares = {one.run: one.synaptic_operations() / _dense_additions(one) for one in outcome.trained}
    told = (
        f"In our runs {min(shares.values()):.1%} to {max(shares.values()):.1%} of the output layer's additions are "
        "really done: the rest would add the weight of a neuron that did not spike. See table 3."
        if shares
        else "No run has finished yet."
    )
    return Finding(
        "FLOPs ignore time and sparsity",
        "Eq. 12 counts one pass of a conventional network. A spiking network computes every step, but "
        "adds a weight only "
        "where there was a spike.",
        told,
        tuple(shares),
    )


def _no_validation(outcome: Outcome) -> Finding:
    ties = {one.run: one.test["ties"] / one.test["samples"] for one in outcome.trained}
    told = (
        f"In our runs {min(ties.values()):.1%} to {max(ties.values()):.1%} of the test images have a tie of spike "
        "counts, which goes to the lowest class and which no loss on membranes sees."
        if ties
        else "No run has finished yet."
    )
    return Finding(
        "No validation, and a loss that does not see the decision",
        "Nothing was kept apart to choose by. The loss is taken on membranes, the decision on spike counts.",
        told,
        tuple(ties),
    )


def _mean_difference(outcome: Outcome, first: str, second: str) -> tuple[float, tuple[str, ...]] | None:
    """Give the mean difference of accuracy over all sizes and seeds that both have, and the runs."""
    differences, runs = [], []
    for size in SIZES:
        ones, others = (outcome.of(neuron=neuron, hidden=[size]) for neuron in (first, second))
        by_seed = {one.entry.seed: one for one in others}
        for one in ones:
            if (other := by_seed.get(one.entry.seed)) is not None:
                differences.append(one.test["accuracy"] - other.test["accuracy"])
                runs += [one.run, other.run]
    return (fmean(differences), tuple(runs)) if differences else None


def _dense_additions(one: Trained) -> int:
    products = multiplications(one.entry.spec.network)[1:]
    return one.entry.spec.training.num_steps * sum(products)
