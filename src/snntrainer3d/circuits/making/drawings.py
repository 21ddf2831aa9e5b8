"""Print as files that printers and layout programs read: SVG and DXF, one for each ink layer, and GDS."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import numpy as np

from snntrainer3d.circuits.making.sheets import USES, Sheet, Stack
from snntrainer3d.errors import InputError

MILLI = 1e3
_INKS = {"rows": "#b87333", "devices": "#1f2328", "columns": "#b87333", "vias": "#59636e"}
_UNIT_M, _PRECISION_M = 1e-6, 1e-9
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def printing_package(name: str) -> ModuleType:
    """Give an optional package; raises InputError where it is missing."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            f"This form needs the package {name}.", hint='Install it: pip install "snntrainer3d[printing]".'
        ) from None


def sheets_svg(stack: Stack) -> dict[str, str]:
    """Give one picture for each ink layer, by its name; in millimetres, all in the same frame."""
    return {_name(sheet, use): _svg(stack, sheet, use) for sheet, use in _inks(stack)}


def sheets_dxf(stack: Stack) -> dict[str, str]:
    """Give one drawing for each ink layer, by its name; in millimetres, on a DXF layer named after it."""
    return {_name(sheet, use): _dxf(sheet, use) for sheet, use in _inks(stack)}


def sheets_gds(stack: Stack) -> bytes:
    """Give one library: a cell for each crossbar and one with all of them; layer 10·k + 1 … 4 for its ink layers."""
    gdstk = printing_package("gdstk")
    library = gdstk.Library("snntrainer3d", unit=_UNIT_M, precision=_PRECISION_M)
    whole = gdstk.Cell("stack")
    for sheet in stack.sheets:
        cell = gdstk.Cell(f"crossbar{sheet.layer}")
        for use in sheet.inks():
            number = gds_layer(sheet.layer, use)
            cell.add(*(gdstk.Polygon(shape / _UNIT_M, layer=number) for shape in sheet.ink(use)))
        library.add(cell)
        whole.add(gdstk.Reference(cell))
    library.add(whole)
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-gds-") as folder:
        path = Path(folder) / "stack.gds"
        # A fixed date: the same circuit gives the same bytes.
        library.write_gds(path, timestamp=_ALWAYS)
        return path.read_bytes()


def gds_layer(layer: int, use: str) -> int:
    """Give the number of an ink layer of a crossbar."""
    return 10 * layer + 1 + USES.index(use)


def _inks(stack: Stack) -> Iterator[tuple[Sheet, str]]:
    return ((sheet, use) for sheet in stack.sheets for use in sheet.inks())


def _name(sheet: Sheet, use: str) -> str:
    return f"layer{sheet.layer}-{use}"


def _svg(stack: Stack, sheet: Sheet, use: str) -> str:
    (left, bottom), (right, top) = stack.low, stack.high
    wide, high = MILLI * (right - left), MILLI * (top - bottom)
    view = f"{MILLI * left:.6g} {-MILLI * top:.6g} {wide:.6g} {high:.6g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.6g}mm" height="{high:.6g}mm" viewBox="{view}">',
        f"<title>{stack.network}, crossbar {sheet.layer}, {use}</title>",
        f'<g id="{_name(sheet, use)}" fill="{_INKS[use]}">',
        *(f'<path d="{_outline(shape)}"/>' for shape in sheet.ink(use)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _outline(shape: np.ndarray) -> str:
    corners = (f"{MILLI * x:.6g} {-MILLI * y:.6g}" for x, y in shape)
    return f"M{' L'.join(corners)} Z"


def _dxf(sheet: Sheet, use: str) -> str:
    ezdxf = printing_package("ezdxf")
    drawing = ezdxf.new("R2010")
    drawing.units = ezdxf.units.MM
    drawing.layers.add(_name(sheet, use))
    space = drawing.modelspace()
    for shape in sheet.ink(use):
        space.add_lwpolyline(MILLI * shape, close=True, dxfattribs={"layer": _name(sheet, use)})
    out = io.StringIO()
    drawing.write(out)
    return out.getvalue()
