"""Netlists under ngspice: run in parallel, read back, compared with the network."""

from snntrainer3d.circuits.simulation.estimate import Estimate, estimate
from snntrainer3d.circuits.simulation.figure import draw_waveforms
from snntrainer3d.circuits.simulation.measures import Agreement, Difference, SampleAgreement, compare, summarise
from snntrainer3d.circuits.simulation.ngspice import find_ngspice, run_ngspice
from snntrainer3d.circuits.simulation.raw import Waveforms, read_raw
from snntrainer3d.circuits.simulation.report import report_of, traces_of
from snntrainer3d.circuits.simulation.run import Simulated, simulate, simulated_elsewhere

__all__ = [
    "Agreement",
    "Difference",
    "Estimate",
    "SampleAgreement",
    "Simulated",
    "Waveforms",
    "compare",
    "draw_waveforms",
    "estimate",
    "find_ngspice",
    "read_raw",
    "report_of",
    "run_ngspice",
    "simulate",
    "simulated_elsewhere",
    "summarise",
    "traces_of",
]
