"""What imperfect devices do to a network: faults one at a time and together, and how good devices must be."""

from snntrainer3d.circuits.devices.accuracy import Decider, decider_of
from snntrainer3d.circuits.devices.figure import draw_study
from snntrainer3d.circuits.devices.imperfections import Imperfections, imperfect
from snntrainer3d.circuits.devices.study import (
    SWEEPS,
    TYPICAL_DEVICES,
    DeviceStudy,
    Point,
    Requirement,
    study_devices,
    study_point,
    study_table,
)
from snntrainer3d.circuits.devices.weights import disturbance
from snntrainer3d.circuits.devices.wires import seen_through_wires

__all__ = [
    "SWEEPS",
    "TYPICAL_DEVICES",
    "Decider",
    "DeviceStudy",
    "Imperfections",
    "Point",
    "Requirement",
    "decider_of",
    "disturbance",
    "draw_study",
    "imperfect",
    "seen_through_wires",
    "study_devices",
    "study_point",
    "study_table",
]
