"""How a circuit is made, and what its amplifiers take; assumptions until they are measured, each to be replaced."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from snntrainer3d.spec import Part


class Production(Part):
    """Sizes of print and power of parts."""

    pitch_m: Annotated[float, Field(gt=0.0, le=1.0)] = 500e-6
    """From one wire to the next."""
    opamp_w: Annotated[float, Field(ge=0.0, le=100.0)] = 1e-3
    """Power of an op-amp at rest: of the order of one of low power with 10 MHz bandwidth."""
    comparator_w: Annotated[float, Field(ge=0.0, le=100.0)] = 1e-5
    """Power of a comparator at rest: of the order of one of micropower."""
