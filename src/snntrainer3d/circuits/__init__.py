"""WHAT it is as a circuit: netlists, simulation, device studies and printing; functions of TrainedNetwork."""

from snntrainer3d.circuits.clock import Clock
from snntrainer3d.circuits.clocked import Behaviour, run_clocked
from snntrainer3d.circuits.design import Crossbar, Design, design_circuit
from snntrainer3d.circuits.netlist import as_subcircuit, netlist
from snntrainer3d.circuits.settings import CircuitSettings
from snntrainer3d.circuits.simulation import (
    Agreement,
    Difference,
    Estimate,
    SampleAgreement,
    Simulated,
    Waveforms,
    estimate,
    run_ngspice,
    simulate,
    summarise,
)

__all__ = [
    "Agreement",
    "Behaviour",
    "CircuitSettings",
    "Clock",
    "Crossbar",
    "Design",
    "Difference",
    "Estimate",
    "SampleAgreement",
    "Simulated",
    "Waveforms",
    "as_subcircuit",
    "design_circuit",
    "estimate",
    "netlist",
    "run_clocked",
    "run_ngspice",
    "simulate",
    "summarise",
]
