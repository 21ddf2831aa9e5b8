"""All that is measured of a trained network on one set of samples, in one document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, Num

from snntrainer3d.analysis.activity import HOROWITZ_45_NM, Activity, EnergyModel
from snntrainer3d.analysis.confidence import calibration, probabilities, top_accuracy
from snntrainer3d.analysis.evaluation import Evaluation
from snntrainer3d.analysis.statistics import bootstrap, wilson
from snntrainer3d.analysis.timing import latency


@dataclass(frozen=True, eq=False, slots=True)
class Measurement:
    """Decisions, what they took, and the output's spikes at every step."""

    evaluation: Evaluation
    activity: Activity
    counts_by_step: Num[np.ndarray, "time sample class"]
    """Spikes of the outputs up to and with each step."""
    labels: Int[np.ndarray, "sample"]

    def to_dict(self, model: EnergyModel = HOROWITZ_45_NM, *, seed: int = 0) -> dict[str, Any]:
        """Give everything as plain values; `seed` is that of the resampling for the intervals."""
        counts = self.counts_by_step[-1]
        right = int(np.trace(self.evaluation.confusion))
        chances = probabilities(counts)
        classes = len(self.evaluation.per_class)
        f1 = bootstrap(self.evaluation.confusion, "macro_f1", classes=classes, seed=seed)
        return {
            **self.evaluation.to_dict(),
            "top2": top_accuracy(counts, self.labels),
            "accuracy_interval": asdict(wilson(right, self.evaluation.samples)),
            "macro_f1_interval": asdict(f1),
            "calibration": {
                "of_counts": asdict(calibration(chances, self.labels)),
                "of_rates": asdict(calibration(probabilities(counts, "rates", self.activity.num_steps), self.labels)),
            },
            "latency": asdict(latency(self.counts_by_step, self.labels)),
            "activity": self.activity.to_dict(model),
        }
