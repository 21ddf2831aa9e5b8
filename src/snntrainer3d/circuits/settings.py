"""What a circuit is built from: devices, supply, clock and form; validated like every document."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.spec import FieldFault, Part

Form = Literal["vccs", "ideal", "opamp", "async"]
Simulator = Literal["ngspice", "ltspice"]
Positive = Annotated[float, Field(gt=0.0)]


class CircuitSettings(Part):
    """How a network becomes a circuit; the defaults are of devices that can be printed."""

    form: Form = "ideal"
    """vccs: one controlled source per weight. ideal: resistor crossbar, perfect ammeters and mirrors. opamp: the same
    crossbar with op-amps. async: the ideal crossbar, and neurons of comparator and monostable that need no clock."""
    simulator: Simulator = "ngspice"
    """Whose dialect the netlist is written in."""
    min_conductance_siemens: Positive = 1e-6
    """Conductance of a device that stands for no weight."""
    max_conductance_siemens: Positive = 100e-6
    """Conductance of the device of a layer's largest weight."""
    levels: Annotated[int, Field(ge=2, le=65_536, strict=True)] | None = None
    """Conductances that a device can be set to, evenly spaced; without, any."""
    read_voltage_v: Annotated[float, Field(gt=0.0, le=100.0)] = 0.1
    """On a row whose input is 1; below the voltage that switches a memristor (0.1 to 0.2 V for printed ones)."""
    time_step_s: Annotated[float, Field(ge=1e-7, le=10.0)] = 1e-3
    """How long the membranes integrate in one time step of the network."""
    threshold_v: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0
    """Membrane voltage that stands for a neuron's threshold."""
    switch_ohm: Annotated[float, Field(gt=0.0, le=1000.0)] = 10.0
    """Resistance of a closed analog switch."""
    opamp_gain: Annotated[float, Field(ge=10.0, le=1e9)] = 1e5
    """Open-loop gain of an op-amp at low frequency; form opamp only."""
    opamp_bandwidth_hz: Annotated[float, Field(ge=1.0, le=1e12)] = 10e6
    """Frequency at which its gain is 1."""

    cells: Literal["resistor", "threshold"] = "resistor"
    """What stands at the crossings: a resistor, which a memristor below its threshold is, or a memristor that switches
    above it, for demonstrations of up to 100 cells."""
    switching_v: Annotated[float, Field(gt=0.0, le=100.0)] = 0.5
    """Voltage above which a cell switches; cells threshold only. Memristors printed on paper switch below 0.5 V."""
    switching_per_volt_second: Annotated[float, Field(gt=0.0, le=1e12)] = 1e3
    """Share of the largest resistance by which it changes in a second, for each volt beyond that."""

    @model_validator(mode="after")
    def _room_for_weights(self) -> Self:
        if self.max_conductance_siemens <= self.min_conductance_siemens:
            raise FieldFault(
                "max_conductance_siemens",
                f"got {self.max_conductance_siemens:g}, expected more than min_conductance_siemens = "
                f"{self.min_conductance_siemens:g}.",
                "The difference of the two stands for the largest weight.",
            )
        if self.cells == "threshold" and self.form == "vccs":
            raise FieldFault("cells", "the form vccs has no cells.", "Take the form ideal, opamp or async.")
        return self
