"""Totals over updates, from which the means of curves and epochs come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from snntrainer3d.engine import BatchResult


@dataclass(slots=True)
class Sums:
    """Sums over samples: loss, decisions, spikes per neuron and step; and the seconds they took."""

    loss: float = 0.0
    correct: int = 0
    samples: int = 0
    rates: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, result: BatchResult, samples: int, seconds: float) -> None:
        """Count one update of `samples` samples that took `seconds`."""
        self.loss += result.loss * samples
        self.correct += result.correct
        self.samples += samples
        weighted = [rate * samples for rate in result.rates]
        self.rates = [a + b for a, b in zip(self.rates, weighted, strict=True)] if self.rates else weighted
        self.seconds += seconds

    def mean_rates(self) -> list[float]:
        """Give each layer's spikes per neuron and step."""
        return [rate / self.samples for rate in self.rates]

    def plain(self) -> dict[str, Any]:
        """Give the totals as plain values, which the constructor takes back."""
        return {name: getattr(self, name) for name in self.__slots__}
