"""How printed devices differ from those that the mapping asked for, applied in the order in which it happens.

Programming rounds to levels and ends where the device's range ends; some devices are stuck; all scatter; they drift
until they are read; wires take a part of the voltage. Reading then adds noise of its own at every step (accuracy.py).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Float64
from pydantic import Field

from snntrainer3d.circuits.design import Crossbar, Design, design_circuit
from snntrainer3d.circuits.devices.wires import seen_through_wires
from snntrainer3d.circuits.settings import CircuitSettings
from snntrainer3d.spec import Part, TrainedNetwork

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Pair = tuple[Float64[np.ndarray, "neuron row"], Float64[np.ndarray, "neuron row"]]


class Imperfections(Part):
    """What is wrong with the devices; the defaults are perfect ones."""

    levels: Annotated[int, Field(ge=2, le=65_536, strict=True)] | None = None
    """Conductances that a device can be set to, evenly spaced; without, any."""
    on_off_ratio: Annotated[float, Field(gt=1.0, le=1e9)] | None = None
    """Largest over smallest conductance that a device reaches, though the mapping asked for less; without, it does.

    A ratio that is known is better given to the mapping, as min_conductance_siemens: then it costs nothing by itself.
    """
    spread: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0
    """Standard deviation of the conductance's natural logarithm, each device drawn for itself: lognormal."""
    stuck: Share = 0.0
    """Share of devices that cannot be set: half of them stay at the largest conductance, half at the smallest."""
    wire_ohm: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Resistance of a wire from one crossing to the next, in rows and columns."""
    read_noise: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0
    """Standard deviation of a conductance from one read to the next, as a share of it."""
    drift: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Mean exponent ν of G(t) = G·(t/t₀)^−ν."""
    drift_spread: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Standard deviation of ν from device to device."""
    drift_time: Annotated[float, Field(ge=1.0, le=1e12)] = 86_400.0
    """t/t₀ at which the network is read: a day after programming, for t₀ = 1 s."""

    @property
    def drawn(self) -> bool:
        """Tell whether anything is left to chance."""
        return any((self.spread, self.stuck, self.read_noise, self.drift_spread))

    @property
    def at_every_read(self) -> bool:
        """Tell whether devices differ from one read to the next."""
        return self.read_noise > 0.0


def settings_for(settings: CircuitSettings, wrong: Imperfections) -> CircuitSettings:
    """Give the settings that the mapping must use: levels are known beforehand."""
    return settings if wrong.levels is None else settings.changed(levels=wrong.levels)


def imperfect(
    trained: TrainedNetwork, settings: CircuitSettings, wrong: Imperfections, generator: np.random.Generator
) -> Design:
    """Map a network and draw one set of devices for it; wires are in the conductances, read noise is not."""
    design = design_circuit(trained, settings_for(settings, wrong))
    return disturbed(design, wrong, generator)


def disturbed(design: Design, wrong: Imperfections, generator: np.random.Generator) -> Design:
    """Draw one set of devices for a design that was mapped for them."""
    pairs = [_disturbed(bar, design.settings, wrong, generator) for bar in design.crossbars]
    if wrong.wire_ohm > 0.0:
        pairs = [seen_through_wires(plus, minus, wrong.wire_ohm) for plus, minus in pairs]
    return design.with_conductances(pairs)


def _disturbed(bar: Crossbar, settings: CircuitSettings, wrong: Imperfections, generator: np.random.Generator) -> Pair:
    both = np.stack([bar.plus, bar.minus])
    lowest = settings.min_conductance_siemens
    if wrong.on_off_ratio is not None:
        lowest = max(lowest, settings.max_conductance_siemens / wrong.on_off_ratio)
        both = np.maximum(both, lowest)
    if wrong.stuck > 0.0:
        drawn = generator.random(both.shape)
        both = np.where(drawn < wrong.stuck, lowest, both)
        both = np.where(drawn < wrong.stuck / 2, settings.max_conductance_siemens, both)
    if wrong.spread > 0.0:
        both = both * np.exp(wrong.spread * generator.standard_normal(both.shape))
    if wrong.drift > 0.0 or wrong.drift_spread > 0.0:
        exponents = wrong.drift + wrong.drift_spread * generator.standard_normal(both.shape)
        both = both * wrong.drift_time**-exponents
    return both[0], both[1]
