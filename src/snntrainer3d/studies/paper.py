"""The study of Jurj, Banasaz Nouri and Strutwolf, Applied Sciences 14, 5752 (2024): eight sizes, four neurons.

What the paper printed, and what its own published weights and summaries give when computed right, stands here as cited
facts; everything else of a report is computed from runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from snntrainer3d.spec import Composition, Grid, Study

SIZES = (10, 15, 20, 25, 30, 50, 80, 100)
NEURONS = ("leaky", "lapicque", "synaptic", "alpha")
LABELS = {"leaky": "LIF", "lapicque": "Lapicque", "synaptic": "Synaptic", "alpha": "Alpha"}
DECISION_STEPS = 100
"""The paper's program runs 100 steps, trains on the first 25 and counts spikes over all."""
CLASSES = 10


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One network of the paper."""

    size: int
    neuron: str
    """Under which the paper lists it; its "Alpha" networks are Synaptic ones."""
    true_accuracy: float
    printed_accuracy: float
    macro_f1: float
    """Of all classes; the paper does not print it."""
    printed_f1: float
    """Of class 9 alone, which the paper calls that of the final epoch."""
    test_loss: float


def paper_study(seeds: int = 1) -> Study:
    """Give the paper's study: one hidden layer of eight sizes × four neurons, its recipe, `seeds` seeds from 0."""
    return Study(
        name="paper",
        compose=Composition(dataset="mnist", preset="paper", training={}),
        vary=Grid(fields={"hidden": tuple([size] for size in SIZES), "neuron": NEURONS}),
        seeds=tuple(range(seeds)),
        decide_steps=(DECISION_STEPS,),
    )


_TRUE = {
    "leaky": (0.8646, 0.8768, 0.9067, 0.9129, 0.9117, 0.9107, 0.9111, 0.9216),
    "lapicque": (0.2398, 0.2634, 0.4514, 0.5078, 0.5797, 0.6853, 0.7191, 0.7260),
    "synaptic": (0.7655, 0.5501, 0.8525, 0.8985, 0.8834, 0.9134, 0.9278, 0.9166),
    "alpha": (0.5127, 0.8570, 0.8969, 0.8849, 0.8957, 0.9089, 0.9318, 0.9270),
}
_PRINTED = {
    "leaky": (0.9729, 0.9754, 0.9813, 0.9826, 0.9823, 0.9821, 0.9822, 0.9843),
    "lapicque": (0.8480, 0.8527, 0.8903, 0.9016, 0.9159, 0.9371, 0.9438, 0.9452),
    "synaptic": (0.9531, 0.9100, 0.9705, 0.9797, 0.9767, 0.9827, 0.9856, 0.9833),
    "alpha": (0.9025, 0.9714, 0.9794, 0.9770, 0.9791, 0.9818, 0.9864, 0.9854),
}
_MACRO_F1 = {
    "leaky": (0.8613, 0.8748, 0.9047, 0.9115, 0.9105, 0.9092, 0.9095, 0.9206),
    "lapicque": (0.2118, 0.2002, 0.4166, 0.4994, 0.5699, 0.6525, 0.6926, 0.6980),
    "synaptic": (0.7602, 0.5637, 0.8507, 0.8974, 0.8814, 0.9118, 0.9270, 0.9153),
    "alpha": (0.4467, 0.8551, 0.8956, 0.8829, 0.8942, 0.9075, 0.9309, 0.9259),
}
_PRINTED_F1 = {
    "leaky": (0.7846, 0.7942, 0.8922, 0.8885, 0.8887, 0.8380, 0.8239, 0.8918),
    "lapicque": (0.0, 0.0157, 0.6228, 0.5830, 0.5652, 0.6498, 0.6628, 0.6285),
    "synaptic": (0.7366, 0.1446, 0.7820, 0.8591, 0.8476, 0.8796, 0.9011, 0.8861),
    "alpha": (0.4643, 0.8212, 0.8931, 0.8114, 0.8451, 0.8717, 0.9057, 0.9067),
}
_TEST_LOSS = {
    "leaky": (24.539, 16.026, 12.461, 13.378, 9.277, 12.899, 7.478, 4.215),
    "lapicque": (49.520, 48.888, 46.061, 44.502, 43.730, 40.359, 37.183, 36.065),
    "synaptic": (301.306, 529.793, 64.466, 35.531, 40.906, 44.886, 85.198, 88.857),
    "alpha": (173.745, 49.168, 18.394, 57.325, 84.076, 87.378, 62.062, 63.092),
}

PRINTED: dict[tuple[str, int], PrintedCell] = {
    (neuron, size): PrintedCell(
        size,
        neuron,
        _TRUE[neuron][place],
        _PRINTED[neuron][place],
        _MACRO_F1[neuron][place],
        _PRINTED_F1[neuron][place],
        _TEST_LOSS[neuron][place],
    )
    for neuron in NEURONS
    for place, size in enumerate(SIZES)
}
"""(neuron, size) → what the paper printed and what is true, from its published summaries and weights."""


def one_vs_rest_accuracy(accuracy: float, classes: int = CLASSES) -> float:
    """Give the paper's "accuracy", (ΣTP + ΣTN)/all over one-vs-rest counts: 1 − 2·(1 − accuracy)/classes."""
    return 1.0 - 2.0 * (1.0 - accuracy) / classes
