"""A design as text that ngspice and LTspice read."""

from snntrainer3d.circuits.netlist.write import as_subcircuit, netlist

__all__ = ["as_subcircuit", "netlist"]
