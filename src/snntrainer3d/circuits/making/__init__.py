"""What it takes to build a circuit: tables of conductances, parts, area, power and energy."""

from snntrainer3d.circuits.making.bill import Bill, Item, bill_csv, bill_of
from snntrainer3d.circuits.making.conductances import conductances_csv, conductances_json
from snntrainer3d.circuits.making.energy import CircuitEnergy, energy_of
from snntrainer3d.circuits.making.production import Production

__all__ = [
    "Bill",
    "CircuitEnergy",
    "Item",
    "Production",
    "bill_csv",
    "bill_of",
    "conductances_csv",
    "conductances_json",
    "energy_of",
]
