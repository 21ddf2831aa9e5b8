"""WHAT it is as a circuit: netlists, simulation, device studies and printing; functions of TrainedNetwork."""

from snntrainer3d.circuits.clock import Clock
from snntrainer3d.circuits.clocked import Behaviour, run_clocked
from snntrainer3d.circuits.design import Crossbar, Design, design_circuit
from snntrainer3d.circuits.devices import (
    SWEEPS,
    TYPICAL_DEVICES,
    Decider,
    DeviceStudy,
    Imperfections,
    Point,
    Requirement,
    draw_study,
    imperfect,
    seen_through_wires,
    study_devices,
    study_table,
)
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
    "SWEEPS",
    "TYPICAL_DEVICES",
    "Agreement",
    "Behaviour",
    "CircuitSettings",
    "Clock",
    "Crossbar",
    "Decider",
    "Design",
    "DeviceStudy",
    "Difference",
    "Estimate",
    "Imperfections",
    "Point",
    "Requirement",
    "SampleAgreement",
    "Simulated",
    "Waveforms",
    "as_subcircuit",
    "design_circuit",
    "draw_study",
    "estimate",
    "imperfect",
    "netlist",
    "run_clocked",
    "run_ngspice",
    "seen_through_wires",
    "simulate",
    "study_devices",
    "study_table",
    "summarise",
]
