"""A memristor that switches above a threshold, for small demonstrations.

Y. V. Pershin, M. Di Ventra: SPICE model of memristive devices with threshold, Radioengineering 22 (2013) 485-489,
arXiv:1204.2600. Its resistance X follows the voltage V across it:

    I = V/X,   dX/dt = f(V)·[u(V)·u(R_off − X) + u(−V)·u(X − R_on)],   f(V) = β·(V − (|V + V_t| − |V − V_t|)/2)

Below the threshold V_t nothing moves. The state of the netlist is x = X/R_off, so that β is in 1/(V·s).
"""

from __future__ import annotations

from collections.abc import Iterator

from snntrainer3d.circuits.netlist.cards import number
from snntrainer3d.circuits.settings import CircuitSettings


def cell_model(settings: CircuitSettings) -> Iterator[str]:
    """Give the sub-circuit of a cell; a positive voltage from p to n makes its resistance larger."""
    smallest = settings.min_conductance_siemens / settings.max_conductance_siemens
    threshold = number(settings.switching_v)
    beyond = f"(V(p,n)-0.5*(abs(V(p,n)+{threshold})-abs(V(p,n)-{threshold})))"
    moves = f"(u(V(p,n))*u(1-V(x))+u(-V(p,n))*u(V(x)-{number(smallest)}))"
    yield f"* memristor that switches above {settings.switching_v:g} V (Pershin and Di Ventra 2013)"
    yield ".subckt memristor p n init=1"
    yield f"Bcell p n I=V(p,n)*{number(settings.min_conductance_siemens)}/V(x)"
    yield "Cx x 0 1 IC={init}"
    yield f"Bx 0 x I={number(settings.switching_per_volt_second)}*{beyond}*{moves} ; x: share of the largest resistance"
    yield ".ends memristor"


def cell(name: str, node: str, column: str, conductance: float, settings: CircuitSettings) -> str:
    """Give one cell that begins with a conductance."""
    begin = settings.min_conductance_siemens / conductance
    return f"X{name} {node} {column} memristor init={number(begin)}"
