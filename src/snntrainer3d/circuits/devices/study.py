"""Accuracy under each imperfection alone, under all together and without each, and the worst that still does.

Every value is drawn many times, with the same seeds at each, so that a curve is not roughened by its points' luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from snntrainer3d.analysis import csv_text
from snntrainer3d.circuits.design import Design, design_circuit
from snntrainer3d.circuits.devices.accuracy import Decider
from snntrainer3d.circuits.devices.imperfections import Imperfections, disturbed, settings_for
from snntrainer3d.circuits.settings import CircuitSettings
from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.spec import TrainedNetwork

SWEEPS: dict[str, tuple[float, ...]] = {
    "levels": (2, 3, 4, 6, 8, 16, 32),
    "on_off_ratio": (1.5, 2, 3, 5, 10, 30, 100),
    "spread": (0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
    "stuck": (0.001, 0.003, 0.01, 0.02, 0.05, 0.1),
    "wire_ohm": (0.1, 0.5, 1, 5, 10, 50),
    "read_noise": (0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
    "drift": (0.005, 0.01, 0.02, 0.05, 0.1),
    "drift_spread": (0.002, 0.005, 0.01, 0.02, 0.05),
}
"""Values of each imperfection that a study visits."""
MORE_IS_BETTER = ("levels", "on_off_ratio")
TYPICAL_DEVICES = Imperfections(
    levels=16, on_off_ratio=20.0, spread=0.1, stuck=0.01, wire_ohm=1.0, read_noise=0.05, drift=0.01, drift_spread=0.005
)
"""Devices as printed ones may be, for the study of all together; an assumption, to be replaced by measured ones."""
LEVEL = 0.95
MIN_DRAWS = 2
BISECTIONS = 7


@dataclass(frozen=True, slots=True)
class Point:
    """Accuracy at one value of one imperfection."""

    imperfection: str
    """Which; `together`, or `without X` for all but one."""
    value: float | None
    mean: float
    low: float
    high: float
    """Band that holds 95 % of the draws."""
    mean_low: float
    mean_high: float
    """Confidence interval of the mean, 95 %, by Student's t."""
    draws: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """The worst value of one imperfection alone that still reaches the target on average."""

    imperfection: str
    target: float
    worst: float | None
    """None where even the worst of the sweep reaches it, or the best does not."""
    sentence: str


@dataclass(frozen=True, slots=True)
class DeviceStudy:
    """Everything, ready for a table or a figure."""

    network: str
    samples: int
    draws: int
    seed: int
    software: float
    """Accuracy with perfect devices."""
    points: tuple[Point, ...]
    together: tuple[Point, ...]
    requirements: tuple[Requirement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


def study_devices(
    trained: TrainedNetwork,
    decider: Decider,
    *,
    settings: CircuitSettings | None = None,
    typical: Imperfections = TYPICAL_DEVICES,
    draws: int = 20,
    target: float = 0.9,
    seed: int = 0,
    on_share: Callable[[float], None] | None = None,
) -> DeviceStudy:
    """Study a network's devices.

    Args:
        typical: the devices of the study of all imperfections together.
        draws: sets of devices at each value where chance plays a part.
        target: accuracy that the requirements ask for.
        on_share: told the share that is done.

    Raises:
        SpecError: a network without a circuit, too few draws, a target that is no accuracy.
    """
    _check(draws, target)
    trials = _Trials(trained, decider, settings or CircuitSettings(), draws, seed)
    work = [*_single(), *_joint(typical)]
    done: list[Point] = []
    for place, (name, value, wrong) in enumerate(work):
        done.append(trials.point(name, value, wrong))
        if on_share is not None:
            on_share((place + 1) / (len(work) + len(SWEEPS)))
    points = tuple(point for point in done if point.imperfection in SWEEPS)
    requirements = []
    for place, name in enumerate(SWEEPS):
        requirements.append(_required(trials, name, target))
        if on_share is not None:
            on_share((len(work) + place + 1) / (len(work) + len(SWEEPS)))
    return DeviceStudy(
        network=trained.network.title(),
        samples=len(decider.labels),
        draws=draws,
        seed=seed,
        software=decider.accuracy(design_circuit(trained, trials.settings)),
        points=points,
        together=tuple(point for point in done if point.imperfection not in SWEEPS),
        requirements=tuple(requirements),
    )


def study_point(
    trained: TrainedNetwork,
    decider: Decider,
    wrong: Imperfections,
    *,
    settings: CircuitSettings | None = None,
    draws: int = 20,
    seed: int = 0,
) -> Point:
    """Give a network's accuracy on one kind of imperfect devices."""
    return _Trials(trained, decider, settings or CircuitSettings(), draws, seed).point("together", None, wrong)


def study_table(study: DeviceStudy) -> str:
    """Give all points as CSV."""
    columns = ["imperfection", "value", "mean", "low", "high", "mean_low", "mean_high", "draws"]
    points = map(asdict, (*study.points, *study.together))
    return csv_text([columns, *(["" if one[name] is None else one[name] for name in columns] for one in points)])


def _check(draws: int, target: float) -> None:
    faults = []
    if draws < MIN_DRAWS:
        faults.append(Fault("draws", f"got {draws}, expected {MIN_DRAWS} or more.", "20 give a band."))
    if not 0.0 < target <= 1.0:
        faults.append(Fault("target", f"got {target:g}, expected an accuracy above 0, up to 1."))
    if faults:
        raise SpecError(faults, what="study")


class _Trials:
    """One network on its samples, with any devices."""

    def __init__(
        self, trained: TrainedNetwork, decider: Decider, settings: CircuitSettings, draws: int, seed: int
    ) -> None:
        self._trained, self._decider, self.settings, self._draws, self._seed = trained, decider, settings, draws, seed
        self._mapped: dict[CircuitSettings, Design] = {}

    def point(self, name: str, value: float | None, wrong: Imperfections) -> Point:
        """Draw devices and give what came out."""
        found = self.accuracies(wrong)
        mean, half = float(found.mean()), _half_width(found)
        low, high = (float(edge) for edge in np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
        return Point(name, value, mean, low, high, max(mean - half, 0.0), min(mean + half, 1.0), len(found))

    def accuracies(self, wrong: Imperfections) -> np.ndarray:
        """Give the accuracy of each draw; one where nothing is left to chance."""
        mapped = self._map(settings_for(self.settings, wrong))
        return np.array([self._one(mapped, wrong, draw) for draw in range(self._draws if wrong.drawn else 1)])

    def _one(self, mapped: Design, wrong: Imperfections, draw: int) -> float:
        generator = np.random.default_rng((self._seed, draw))
        design = disturbed(mapped, wrong, generator)
        return self._decider.accuracy(design, read_noise=wrong.read_noise, generator=generator)

    def _map(self, settings: CircuitSettings) -> Design:
        if settings not in self._mapped:
            self._mapped[settings] = design_circuit(self._trained, settings)
        return self._mapped[settings]


def _half_width(values: np.ndarray) -> float:
    """Give half of the confidence interval of a mean."""
    if len(values) < 2:
        return 0.0
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))


def _single() -> Iterator[tuple[str, float | None, Imperfections]]:
    for name, values in SWEEPS.items():
        for value in values:
            yield name, value, _only(name, value)


def _joint(typical: Imperfections) -> Iterator[tuple[str, float | None, Imperfections]]:
    yield "together", None, typical
    perfect = Imperfections()
    for name in SWEEPS:
        if getattr(typical, name) != getattr(perfect, name):
            yield f"without {name}", None, typical.changed(**{name: getattr(perfect, name)})


def _only(name: str, value: float) -> Imperfections:
    return Imperfections(**{name: int(value) if name == "levels" else value})


def _required(trials: _Trials, name: str, target: float) -> Requirement:
    """Find by bisection, on a logarithmic scale, the worst value whose mean accuracy reaches the target."""
    values: Sequence[float] = SWEEPS[name]
    best, worst = (values[-1], values[0]) if name in MORE_IS_BETTER else (values[0], values[-1])

    def reaches(value: float) -> bool:
        return float(trials.accuracies(_only(name, value)).mean()) >= target

    if reaches(worst):
        return Requirement(name, target, None, f"{name} = {worst:g}, the worst tried, still reaches {target:.0%}.")
    if not reaches(best):
        return Requirement(name, target, None, f"{name} = {best:g}, the best tried, does not reach {target:.0%}.")
    good, bad = best, worst
    for _ in range(BISECTIONS):
        middle = math.sqrt(good * bad)
        if name == "levels":
            middle = float(round(middle))
            if middle in (good, bad):
                break
        good, bad = (middle, bad) if reaches(middle) else (good, middle)
    side = "at least" if name in MORE_IS_BETTER else "at most"
    return Requirement(name, target, good, f"{name} {side} {good:.3g} for {target:.0%}.")
