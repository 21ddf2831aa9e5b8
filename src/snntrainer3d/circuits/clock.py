"""When things happen in a circuit: a clock of two phases, layers in a pipeline, samples one after the other.

A cycle is one time step of the network. It integrates for Δt, then holds for a tenth of that: the membranes are cut
off, the comparators' answers are latched and drive the next layer's rows, membranes that are reset to zero are emptied.
Layer k (from 0) works on step t in cycle 1 + k + t of a sample; cycle 0 empties everything.

The form async has no clock: after the clearing its neurons run freely, and time steps are only how it is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from snntrainer3d.circuits.settings import CircuitSettings

HOLD_SHARE = 0.1
"""Of the integration time."""
EDGE_SHARE = 1e-4
"""Of the integration time; 1 ns within 1 ms made ngspice give up, with "timestep too small"."""
LATCH = (0.15, 0.35)
"""Begin and end, in parts of the hold phase."""
EMPTY = (0.5, 0.9)
READ = 0.42
"""Where the membrane is read: it is held, and not yet emptied."""
CHANGE = 0.45
"""Where inputs that vary in time change."""
LAG = 0.5
"""Steps from one layer to the next where no clock sets them."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Times in seconds."""

    time_step_s: float
    num_steps: int
    layers: int
    samples: int = 1

    @property
    def hold_s(self) -> float:
        """Give the length of the hold phase."""
        return HOLD_SHARE * self.time_step_s

    @property
    def edge_s(self) -> float:
        """Give how long a clock signal rises or falls."""
        return EDGE_SHARE * self.time_step_s

    @property
    def period_s(self) -> float:
        """Give the length of a cycle."""
        return self.time_step_s + self.hold_s

    @property
    def cycles(self) -> int:
        """Give the cycles of one sample: one to empty, and one for each step until the last layer is done."""
        return self.num_steps + self.layers

    @property
    def sample_s(self) -> float:
        """Give the time of one sample."""
        return self.cycles * self.period_s

    @property
    def stop_s(self) -> float:
        """Give the end of the last sample."""
        return self.samples * self.sample_s

    def begin_s(self, sample: int, layer: int, step: int) -> float:
        """Give when a layer begins to integrate a step."""
        return sample * self.sample_s + (1 + layer + step) * self.period_s

    def in_hold_s(self, part: float, cycle: int = 0, sample: int = 0) -> float:
        """Give a moment within the hold phase of a cycle, `part` from 0 to 1."""
        return sample * self.sample_s + cycle * self.period_s + self.time_step_s + part * self.hold_s

    def read_s(self, sample: int, layer: int, step: int) -> float:
        """Give when membrane and spike of a step can be read."""
        return self.begin_s(sample, layer, step) + self.time_step_s + READ * self.hold_s


@dataclass(frozen=True, slots=True)
class FreeRun(Clock):
    """No clock: only a clearing of one step before each sample.

    A spike lasts for a time step, from whenever its membrane crosses the threshold, so that a layer lags the one
    before it by half a step on average.
    """

    @property
    def hold_s(self) -> float:
        """Give 0: nothing is held."""
        return 0.0

    def begin_s(self, sample: int, layer: int, step: int) -> float:
        """Give when the window begins in which a layer's spikes belong to a step."""
        return sample * self.sample_s + (1 + layer * LAG + step) * self.time_step_s

    def read_s(self, sample: int, layer: int, step: int) -> float:
        """Give the end of that window, where the membrane is read."""
        return self.begin_s(sample, layer, step + 1)


def timing(settings: CircuitSettings, num_steps: int, layers: int, samples: int = 1) -> Clock:
    """Give when things happen in a circuit of that form."""
    kind = FreeRun if settings.form == "async" else Clock
    return kind(settings.time_step_s, num_steps, layers, samples)
