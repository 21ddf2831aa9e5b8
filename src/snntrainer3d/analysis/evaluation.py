"""What a network decided on labelled samples, and how often it was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, Int64, Num

from snntrainer3d.spec import decide


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class against the rest.

    precision = TP/(TP+FP), recall = TP/(TP+FN), f1 = 2·precision·recall/(precision+recall), eqs. 9–11 of Jurj et al.
    2024; 0 where the denominator is 0. `support` is the number of samples of the class.
    """

    label: int
    name: str
    precision: float
    recall: float
    f1: float
    support: int
    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Decisions and scores over one set of samples, none left out."""

    accuracy: float
    """Share of samples decided right, not the paper's (ΣTP+ΣTN)/all, which counts every right rejection too."""
    loss: float
    """Mean per sample; where classes have weights in the training's loss, the mean with these weights."""
    samples: int
    ties: int
    """Samples whose largest spike count was shared by several outputs; decided for the lowest of them."""
    confusion: Int64[np.ndarray, "label decision"]
    per_class: tuple[ClassScore, ...]
    decisions: Int64[np.ndarray, "sample"]

    @property
    def macro_precision(self) -> float:
        """Give the mean precision of all classes, each counting the same."""
        return _mean(score.precision for score in self.per_class)

    @property
    def macro_recall(self) -> float:
        """Give the mean recall of all classes."""
        return _mean(score.recall for score in self.per_class)

    @property
    def macro_f1(self) -> float:
        """Give the mean of the classes' F1."""
        return _mean(score.f1 for score in self.per_class)

    def to_dict(self) -> dict[str, Any]:
        """Give what results.json holds under `test` and `validation`: plain numbers, no decisions per sample."""
        return {
            "accuracy": self.accuracy,
            "loss": self.loss,
            "samples": self.samples,
            "ties": self.ties,
            "macro_precision": self.macro_precision,
            "macro_recall": self.macro_recall,
            "macro_f1": self.macro_f1,
            "confusion": self.confusion.tolist(),
            "per_class": [asdict(score) for score in self.per_class],
        }


def evaluate_counts(
    counts: Num[np.ndarray, "sample output"],
    labels: Int[np.ndarray, "sample"],
    loss: float,
    class_names: Sequence[str] | None = None,
) -> Evaluation:
    """Score spike counts, or what else speaks for a class: the largest decides, ties go to the lowest index.

    Args:
        counts: spikes of each output neuron over all steps.
        loss: mean per sample, as training defines it.
        class_names: one per class of the data; by default the outputs' numbers. A network may have more outputs than
            there are classes: deciding for one of those is always wrong, and they have no score of their own.
    """
    if len(counts) == 0 or counts.ndim != 2 or labels.shape != (len(counts),):
        raise ValueError(f"counts {counts.shape} and labels {labels.shape} are not those of the same samples")
    outputs = counts.shape[1]
    names = [str(index) for index in range(outputs)] if class_names is None else list(class_names)
    if not 0 <= int(labels.min()) <= int(labels.max()) < len(names) <= outputs:
        raise ValueError(f"labels to {int(labels.max())}, {len(names)} classes and {outputs} outputs do not fit")
    decisions = decide(counts)
    ties = int(((counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
    confusion = np.bincount(labels * outputs + decisions, minlength=outputs * outputs).reshape(outputs, outputs)
    return Evaluation(
        accuracy=float(np.trace(confusion) / len(counts)),
        loss=float(loss),
        samples=len(counts),
        ties=ties,
        confusion=confusion.astype(np.int64),
        per_class=tuple(_score(confusion, label, name) for label, name in enumerate(names)),
        decisions=decisions,
    )


def _score(confusion: Int[np.ndarray, "label decision"], label: int, name: str) -> ClassScore:
    tp = int(confusion[label, label])
    support, decided = int(confusion[label].sum()), int(confusion[:, label].sum())
    fp, fn = decided - tp, support - tp
    return ClassScore(
        label=label,
        name=name,
        precision=_ratio(tp, decided),
        recall=_ratio(tp, support),
        f1=_ratio(2 * tp, 2 * tp + fp + fn),
        support=support,
        tp=tp,
        fp=fp,
        fn=fn,
        tn=int(confusion.sum()) - tp - fp - fn,
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))
