"""Before anything is timed: do the contestants train the same network?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.contest import Entry
from benchmarks.contestants import YARDSTICK

PARITY_UPDATES = 10
PARITY_TOLERANCE = 1e-3
"""Largest relative difference of a loss from snnTorch's.

Not tighter, because optax, which Spyx trains with, computes Adam's 1 − .999ⁿ in float32: off by 1e-5 at once, by 5e-4
in the tenth loss. Sums in another order, which may flip a spike that lies at the threshold, make 1e-7 to 1e-5. Not
looser, because the closest network that is *not* the same, whose reset takes β·threshold in place of threshold, is
off by 2e-3 in the first loss and by 2.5e-2 in the tenth.
"""


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a contestant's first losses are from snnTorch's; `same` None where there was nothing to compare."""

    name: str
    losses: tuple[float, ...]
    difference: float
    same: bool | None

    @property
    def red(self) -> bool:
        """Whether it was compared and found different."""
        return self.same is False


def compare(name: str, losses: Sequence[float], wanted: Sequence[float] | None) -> Parity:
    """Hold losses against the yardstick's; the difference is the largest relative one, infinite for a NaN."""
    if wanted is None:
        return Parity(name, tuple(losses), math.nan, None)
    differences = [abs(a - b) / abs(b) if math.isfinite(a) else math.inf for a, b in zip(losses, wanted, strict=True)]
    worst = max(differences)
    return Parity(name, tuple(losses), worst, worst <= PARITY_TOLERANCE)


def check(entries: Sequence[Entry], count: int = PARITY_UPDATES) -> dict[str, Parity]:
    """Ask every contestant for its first losses; name → parity of those that answered."""
    losses = {}
    for entry in entries:
        entry.send("losses", count=count)
    for entry in entries:
        answer = entry.receive()
        if answer is not None:
            losses[entry.contestant.name] = answer["losses"]
    wanted = losses.get(YARDSTICK)
    return {name: compare(name, some, wanted) for name, some in losses.items()}


def why_refused(parities: dict[str, Parity], ours: Sequence[str]) -> str:
    """Give why nothing may be timed, empty where it may: ours differs, or there is no snnTorch to compare with."""
    if YARDSTICK not in parities:
        return "snnTorch did not give its losses, so that nothing could be compared."
    for name in ours:
        parity = parities.get(name)
        if parity is None:
            return f"{name} gave no losses."
        if parity.red:
            return f"{name} differs from snnTorch by {parity.difference:.1e}, allowed is {PARITY_TOLERANCE:.0e}."
    return ""
