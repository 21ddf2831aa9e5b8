"""What the figures are held against: what must be reached, and what is aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.contestants import FUSED, YARDSTICK

TIMES_FASTER: dict[str, tuple[float, float]] = {
    "snnTorch": (20, 30),
    "SpikingJelly": (13, 20),
    "Norse": (20, 30),
    "Spyx": (8, 12),
    "JAX by hand": (1.3, 1.8),
}
"""Peer → times faster than its documented form that must be, and that is aimed at; the job of the step section."""
MOST_TRAIN_S = 1.5
MOST_NETWORKS_S = 60.0
PAPER_NETWORKS = 32
MOST_WATCHING_COST = 0.03
MOST_OWN_LOOP_COST = 0.05


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and its bound; `unit` is ×, s or %."""

    text: str
    value: float
    must: float
    aim: float
    unit: str
    higher_is_better: bool

    @property
    def verdict(self) -> str:
        """Give `aim reached`, `reached` or `short`."""
        if self._reaches(self.aim):
            return "aim reached" if self.aim != self.must else "reached"
        return "reached" if self._reaches(self.must) else "short"

    def _reaches(self, bound: float) -> bool:
        return self.value >= bound if self.higher_is_better else self.value <= bound

    def row(self) -> dict[str, Any]:
        """Give it as data, verdict included."""
        return {**asdict(self), "verdict": self.verdict}


def goals(sections: Mapping[str, Any]) -> list[Goal]:
    """Give the goals that the sections have figures for."""
    return [*_steps(sections), *_neurons(sections), *_runs(sections)]


def _steps(sections: Mapping[str, Any]) -> Iterator[Goal]:
    for family in sections.get("step", {}).get("families", ()):
        if family["family"] in TIMES_FASTER:
            must, aim = TIMES_FASTER[family["family"]]
            yield Goal(f"Times faster than {family['family']}", family["ratio_min"], must, aim, "×", True)


def _neurons(sections: Mapping[str, Any]) -> Iterator[Goal]:
    must, aim = TIMES_FASTER["snnTorch"]
    for kind, found in sections.get("neurons", {}).get("kinds", {}).items():
        rows = {row["name"]: row for row in found["rows"]}
        if FUSED in rows and "ratio_min" in rows.get(YARDSTICK, {}):
            ratio = rows[YARDSTICK]["ratio_min"]
            yield Goal(f"{kind.capitalize()}: times faster than snnTorch", ratio, must, aim, "×", True)


def _runs(sections: Mapping[str, Any]) -> Iterator[Goal]:
    epoch = sections.get("epoch")
    if epoch and epoch["dataset"] == "mnist":
        text = "`train --hidden 100 --preset paper`: seconds of training"
        yield Goal(text, epoch["command"]["train_s"]["min"], MOST_TRAIN_S, MOST_TRAIN_S, "s", False)
    networks = sections.get("networks")
    if networks and networks["dataset"] == "mnist" and networks["networks"] == PAPER_NETWORKS:
        text = "The paper's 32 networks: seconds of training"
        yield Goal(text, networks["train_s"], MOST_NETWORKS_S, MOST_NETWORKS_S, "s", False)
    if watch := sections.get("watch"):
        cost = watch["rows"]["watched"]["cost"]
        yield Goal("Cost of a client that watches", cost, MOST_WATCHING_COST, MOST_WATCHING_COST, "%", False)
    for row in sections.get("own_loop", {}).get("rows", []):
        text = f"Cost of `watch` in processor time, {'-'.join(str(size) for size in row['sizes'])}"
        yield Goal(text, row["cpu_cost"], MOST_OWN_LOOP_COST, MOST_OWN_LOOP_COST, "%", False)
