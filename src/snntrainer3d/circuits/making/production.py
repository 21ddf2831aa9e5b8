"""How a circuit is made, and what its amplifiers take; assumptions until they are measured, each to be replaced."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec import Part

Length = Annotated[float, Field(gt=0.0, le=1.0)]


class Production(Part):
    """Sizes of print, in metres, and power of parts."""

    pitch_m: Length = 500e-6
    """From one wire to the next."""
    wire_m: Length = 250e-6
    """Width of a wire."""
    device_m: Length = 250e-6
    """Side of the square of memristor ink at a crossing; of the largest one, where they differ."""
    device_size: Literal["conductance", "same"] = "conductance"
    """conductance: printed resistors, whose area is in proportion to it. same: memristors, which are programmed."""
    pad_m: Length = 400e-6
    """Side of the square in which a wire ends."""
    via_m: Length = 200e-6
    """Side of the hole, filled with conductor, that leads from a pad to the top of the stack."""
    smallest_feature_m: Length = 20e-6
    """The least that the printer prints; of the order of a drop of an inkjet's."""
    smallest_gap_m: Length = 50e-6
    """The least that it keeps apart."""
    sheet_width_m: Length = 0.210
    sheet_height_m: Length = 0.297
    """Of the paper, A4 by default."""
    conductor_thickness_m: Length = 10e-6
    device_thickness_m: Length = 10e-6
    paper_thickness_m: Length = 100e-6
    opamp_w: Annotated[float, Field(ge=0.0, le=100.0)] = 1e-3
    """Power of an op-amp at rest: of the order of one of low power with 10 MHz bandwidth."""
    comparator_w: Annotated[float, Field(ge=0.0, le=100.0)] = 1e-5
    """Power of a comparator at rest: of the order of one of micropower."""
