"""Samples of a network under ngspice, several at once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from snntrainer3d.circuits.clock import Clock, FreeRun, timing
from snntrainer3d.circuits.clocked import Behaviour, run_clocked
from snntrainer3d.circuits.design import Design
from snntrainer3d.circuits.netlist import netlist
from snntrainer3d.circuits.netlist.cards import membrane, spike
from snntrainer3d.circuits.simulation.estimate import check_bearable
from snntrainer3d.circuits.simulation.measures import MOST_SPIKES, SampleAgreement, compare
from snntrainer3d.circuits.simulation.ngspice import find_ngspice, run_ngspice
from snntrainer3d.circuits.simulation.raw import Waveforms
from snntrainer3d.errors import Fault, SimulationError, SpecError
from snntrainer3d.spec import Readout

TIME_LIMIT_S = 600.0
ROUNDED = 1e-5
"""Of times that come as float32."""
SPIKE_V = 0.5
"""Above it a latch holds a spike."""


@dataclass(frozen=True, eq=False, slots=True)
class Simulated:
    """One sample: what the circuit did, what the network does, and how they agree."""

    design: Design
    place: int
    """Which of the samples given, from 0."""
    circuit: Behaviour
    network: Behaviour
    agreement: SampleAgreement
    waveforms: Waveforms
    clock: Clock
    seconds: float


def simulate(
    design: Design,
    inputs: Float[np.ndarray, "sample time feature"],
    readout: Readout = MOST_SPIKES,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    processes: int | None = None,
    on_share: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Simulated]:
    """Simulate each sample, and yield it as soon as it is done, in any order.

    Args:
        readout: how the output becomes a class.
        time_limit_s: of one sample.
        processes: at once; by default one for each core.
        on_share: told the share of all that is done, now and then, from several threads.
        cancelled: asked now and then; every simulation is ended when it says so.

    Raises:
        LimitError: the estimate is beyond the time limit.
        SimulationError: no ngspice, or it failed for a sample; the others are ended, nothing is left behind.
    """
    _check_inputs(design, inputs)
    check_bearable(design, inputs.shape[1], time_limit_s)
    find_ngspice()
    return _all(design, inputs, readout, time_limit_s, processes or os.cpu_count() or 1, on_share, cancelled)


def _check_inputs(design: Design, inputs: Float[np.ndarray, "sample time feature"]) -> None:
    wanted = design.crossbars[0].inputs
    if inputs.ndim != 3 or inputs.shape[2] != wanted or not inputs.shape[0] or not inputs.shape[1]:
        raise SpecError([Fault("inputs", f"have shape {inputs.shape}, expected (samples, steps, {wanted}).")])


def _all(
    design: Design,
    inputs: Float[np.ndarray, "sample time feature"],
    readout: Readout,
    time_limit_s: float,
    processes: int,
    on_share: Callable[[float], None] | None,
    cancelled: Callable[[], bool],
) -> Iterator[Simulated]:
    stop = threading.Event()
    shares = np.zeros(len(inputs))

    def tell(place: int, share: float) -> None:
        shares[place] = share
        if on_share is not None:
            on_share(float(shares.mean()))

    def one(place: int) -> Simulated:
        ended = lambda: stop.is_set() or cancelled()  # noqa: E731
        return _one(design, inputs[place], readout, place, time_limit_s, lambda share: tell(place, share), ended)

    with ThreadPoolExecutor(min(processes, len(inputs))) as pool:
        left: set[Future[Simulated]] = {pool.submit(one, place) for place in range(len(inputs))}
        try:
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for future in done:
                    found = future.result()
                    tell(found.place, 1.0)
                    yield found
        finally:
            stop.set()
            for future in left:
                future.cancel()


def _one(
    design: Design,
    inputs: Float[np.ndarray, "time feature"],
    readout: Readout,
    place: int,
    time_limit_s: float,
    on_share: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Simulated:
    begun = time.perf_counter()
    clock = timing(design.settings, len(inputs), len(design.crossbars))
    waveforms = run_ngspice(
        netlist(design, inputs[None]), clock.stop_s, time_limit_s=time_limit_s, on_share=on_share, cancelled=cancelled
    )
    circuit = behaviour_of(design, clock, waveforms)
    network = run_clocked(design, inputs)
    agreement = compare(design, inputs, circuit, network, readout)
    return Simulated(design, place, circuit, network, agreement, waveforms, clock, time.perf_counter() - begun)


def simulated_elsewhere(
    design: Design, inputs: Float[np.ndarray, "time feature"], readout: Readout, waveforms: Waveforms, seconds: float
) -> Simulated:
    """Measure one sample whose netlist another simulator ran.

    Raises:
        SimulationError: the waveforms lack a node, or end before the netlist does.
    """
    clock = timing(design.settings, len(inputs), len(design.crossbars))
    named = [(layer, neuron) for layer, bar in enumerate(design.crossbars, 1) for neuron in range(bar.neurons)]
    missing = [node for one in named for node in (membrane(*one), spike(*one)) if node not in waveforms.volts]
    if missing:
        raise SimulationError(
            f"The waveforms lack {missing[0]}.", hint="All memL_N and spkL_N of the netlist are needed."
        )
    if not len(waveforms.times_s) or waveforms.times_s[-1] < clock.stop_s * (1.0 - ROUNDED):
        raise SimulationError("The simulation stopped early.", hint="Simulate it under ngspice at the server.")
    circuit = behaviour_of(design, clock, waveforms)
    network = run_clocked(design, inputs)
    agreement = compare(design, inputs, circuit, network, readout)
    return Simulated(design, 0, circuit, network, agreement, waveforms, clock, seconds)


def behaviour_of(design: Design, clock: Clock, waveforms: Waveforms, sample: int = 0) -> Behaviour:
    """Read membranes and spikes of each step out of waveforms, in units of the network."""
    membranes, spikes = [], []
    for layer, bar in enumerate(design.crossbars):
        moments = np.array([clock.read_s(sample, layer, step) for step in range(clock.num_steps)])
        volts = waveforms.at([membrane(layer + 1, neuron) for neuron in range(bar.neurons)], moments)
        nodes = [spike(layer + 1, neuron) for neuron in range(bar.neurons)]
        membranes.append(volts / bar.volts_per_unit(design.settings.threshold_v))
        if isinstance(clock, FreeRun):
            spikes.append(np.stack([_begun(waveforms, node, clock, sample, layer) for node in nodes], axis=1))
        else:
            spikes.append(waveforms.at(nodes, moments) > SPIKE_V)
    return Behaviour(tuple(membranes), tuple(spikes))


def _begun(waveforms: Waveforms, node: str, clock: Clock, sample: int, layer: int) -> Bool[np.ndarray, "time"]:
    """Tell the steps in which a free spike began; two never begin in one, for a spike is as long as a step."""
    high = waveforms.volts[node] > SPIKE_V
    begins = waveforms.times_s[1:][high[1:] & ~high[:-1]]
    edges = [clock.begin_s(sample, layer, step) for step in range(clock.num_steps + 1)]
    return np.histogram(begins, edges)[0] > 0
