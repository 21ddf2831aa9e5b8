"""Times in alternating rounds: every contestant once per round, so that a busy moment of the machine hits all."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.contest import Contest, Entry, Setting
from benchmarks.contestants import OURS, Contestant

PROBE_UPDATES = 10
WARM_S = 0.05
"""Time of the updates before a turn that do not count: caches, threads and clocks were the last contestant's."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is timed."""

    rounds: int
    block_s: float
    """What one turn should take."""
    most_updates: int = 400


@dataclass(slots=True)
class Timing:
    """Milliseconds per update of each round."""

    name: str
    batch: int
    updates: int
    warm: int
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Of all threads together, waiting in a loop included; hardly disturbed by other programs."""

    def row(self) -> dict[str, Any]:
        """Give minimum, median and samples per second (at the median)."""
        median = statistics.median(self.ms)
        return {
            "min_ms": min(self.ms),
            "median_ms": median,
            "cpu_min_ms": min(self.cpu_ms),
            "samples_per_s": self.batch / median * 1000,
            "rounds": len(self.ms),
            "updates_per_round": self.updates,
        }


def time_rounds(entries: Sequence[Entry], batch: int, effort: Effort) -> dict[str, Timing]:
    """Time all contestants in turn; the first of a round is another one each time.

    A turn begins with updates that do not count, because the last contestant had the caches.
    """
    timings = {}
    for entry in entries:
        if (found := _updates_per_turn(entry, effort)) is not None:
            timings[entry.contestant.name] = Timing(entry.contestant.name, batch, *found)
    for turn in range(effort.rounds):
        shift = turn % max(len(entries), 1)
        for entry in [*entries[shift:], *entries[:shift]]:
            timing = timings.get(entry.contestant.name)
            if timing is not None:
                _one_turn(entry, timing)
    return {name: timing for name, timing in timings.items() if timing.ms}


def _one_turn(entry: Entry, timing: Timing) -> None:
    answer = entry.ask("time", updates=timing.updates, warm=timing.warm)
    if answer is not None:
        timing.ms.append(answer["seconds"] / timing.updates * 1000)
        timing.cpu_ms.append(answer["cpu_seconds"] / timing.updates * 1000)


def _updates_per_turn(entry: Entry, effort: Effort) -> tuple[int, int] | None:
    """Give how many updates fill a turn, and the warm-up before it, after a probe; None for one that is out."""
    probe = _whole_chunks(1, entry.contestant)
    answer = entry.ask("time", updates=probe, warm=probe)
    if answer is not None and answer["seconds"] / probe < effort.block_s / PROBE_UPDATES:
        probe = _whole_chunks(PROBE_UPDATES, entry.contestant)
        answer = entry.ask("time", updates=probe, warm=0)
    if answer is None:
        return None
    each_s = max(answer["seconds"] / probe, 1e-9)
    wanted = min(max(int(effort.block_s / each_s), 1), effort.most_updates)
    warm = min(max(int(WARM_S / each_s), 1), effort.most_updates)
    return _whole_chunks(wanted, entry.contestant), _whole_chunks(warm, entry.contestant)


def _whole_chunks(updates: int, contestant: Contestant) -> int:
    return -(-updates // contestant.chunk) * contestant.chunk


def settle(contest: Contest, entry: Entry, task: str, cores: int, effort: Effort) -> Entry:
    """Give a peer in the setting that is fastest for it, its other processes ended; ours as its users get it.

    Small arrays often like one core, and torch's threads a long or a brief wait: no peer is held to a bad choice.
    """
    if not entry.takes_part or entry.contestant.family == OURS:
        return entry
    settings = [Setting(cores=1)] if cores > 1 else []
    if "torch" in entry.contestant.packages:
        settings.append(Setting())
    best, least = entry, _best_ms(entry, effort)
    for setting in settings:
        other = contest.enter(entry.contestant, task, setting)
        found = _best_ms(other, effort)
        loser = best if found < least else other
        best, least = (other, found) if found < least else (best, least)
        loser.leave("")
    return best


def _best_ms(entry: Entry, effort: Effort) -> float:
    timing = time_rounds([entry], 1, effort).get(entry.contestant.name)
    return min(timing.ms) if timing else math.inf
