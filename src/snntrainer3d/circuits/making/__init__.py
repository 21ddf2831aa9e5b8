"""What it takes to build a circuit: conductances, print and solids, parts, area, power and energy."""

from snntrainer3d.circuits.making.bill import Bill, Item, bill_csv, bill_of
from snntrainer3d.circuits.making.conductances import conductances_csv, conductances_json, sheet_of
from snntrainer3d.circuits.making.drawings import sheets_dxf, sheets_gds, sheets_svg
from snntrainer3d.circuits.making.energy import CircuitEnergy, energy_of
from snntrainer3d.circuits.making.production import Production
from snntrainer3d.circuits.making.sheets import Sheet, Stack, stack_of
from snntrainer3d.circuits.making.solids import stack_glb, stack_stl

__all__ = [
    "Bill",
    "CircuitEnergy",
    "Item",
    "Production",
    "Sheet",
    "Stack",
    "bill_csv",
    "bill_of",
    "conductances_csv",
    "conductances_json",
    "energy_of",
    "sheet_of",
    "sheets_dxf",
    "sheets_gds",
    "sheets_svg",
    "stack_glb",
    "stack_of",
    "stack_stl",
]
