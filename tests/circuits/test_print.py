"""Print and solids, read back by programs of others: every crossing is where it should be, and as large."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import ezdxf
import gdstk
import numpy as np
import pytest
import trimesh
from circuit_networks import drawn

from snntrainer3d.circuits import (
    CircuitSettings,
    Production,
    Stack,
    design_circuit,
    sheets_dxf,
    sheets_gds,
    sheets_svg,
    stack_glb,
    stack_of,
    stack_stl,
)
from snntrainer3d.circuits.making.conductances import sheet_of
from snntrainer3d.circuits.making.drawings import gds_layer
from snntrainer3d.circuits.making.sheets import USES
from snntrainer3d.errors import InputError, SpecError
from snntrainer3d.spec import Leaky, TrainedNetwork

INKS = ["layer1-rows", "layer1-devices", "layer1-columns", "layer1-vias", "layer2-rows", "layer2-devices"]


@pytest.fixture(scope="module")
def stack() -> Stack:
    from circuit_networks import stored

    return stack_of(design_circuit(stored("xor-2-8-2")))


def bounds(points: np.ndarray) -> np.ndarray:
    return np.array([points.min(axis=-2), points.max(axis=-2)])


def test_every_device_lies_where_its_wires_cross_and_nowhere_else(stack: Stack, xor: TrainedNetwork) -> None:
    for sheet, bar in zip(stack.sheets, design_circuit(xor).crossbars, strict=True):
        rows = np.array([bounds(row) for row in sheet.rows])
        columns = np.array([bounds(column) for column in sheet.columns])
        assert (len(rows), len(columns), len(sheet.devices)) == (bar.rows, 2 * bar.neurons, bar.devices)
        middles = sheet.devices.mean(axis=1).reshape(bar.rows, 2 * bar.neurons, 2)
        assert np.allclose(middles[:, :, 1], rows[:, :, 1].mean(axis=1)[:, None])
        assert np.allclose(middles[:, :, 0], columns[:, :, 0].mean(axis=1)[None, :])
        assert np.array_equal(sheet.siemens.reshape(bar.rows, -1), sheet_of(bar))


def test_a_devices_area_is_in_proportion_to_its_conductance(stack: Stack) -> None:
    for sheet in stack.sheets:
        areas = np.ptp(sheet.devices, axis=1).prod(axis=1)
        assert areas / sheet.siemens == pytest.approx(250e-6**2 / 100e-6)
    same = stack_of(design_circuit(drawn((3, 4, 2), Leaky())), Production(device_size="same"))
    assert np.ptp(same.sheets[0].devices, axis=1) == pytest.approx(250e-6)


def test_no_wire_touches_another_and_vias_meet_no_ink_above(stack: Stack) -> None:
    for sheet in stack.sheets:
        for use in ("rows", "columns"):
            shapes = [gdstk.Polygon(shape * 1e6) for shape in sheet.ink(use)]
            grown = gdstk.offset(shapes, 24.9, use_union=True)
            assert len(grown) == len(shapes), "at least 50 µm apart"
    below, above = stack.sheets
    holes = [gdstk.Polygon(hole * 1e6) for hole in below.vias]
    ink = [gdstk.Polygon(shape * 1e6) for use in ("rows", "columns", "devices") for shape in above.ink(use)]
    own = [gdstk.Polygon(shape * 1e6) for use in ("rows", "columns") for shape in below.ink(use)]
    assert len(holes) == len(below.rows) + len(below.columns)
    assert not gdstk.boolean(holes, ink, "and")
    assert sum(one.area() for one in gdstk.boolean(holes, own, "and")) == pytest.approx(len(holes) * 200.0**2)


def test_gds_read_back_holds_every_shape(stack: Stack, tmp_path: Path) -> None:
    content = sheets_gds(stack)
    assert content == sheets_gds(stack), "the same circuit gives the same bytes"
    path = tmp_path / "stack.gds"
    path.write_bytes(content)
    library = gdstk.read_gds(path)
    assert (library.unit, sorted(cell.name for cell in library.cells)) == (1e-6, ["crossbar1", "crossbar2", "stack"])
    (top,) = library.top_level()
    polygons = top.get_polygons()
    assert len(polygons) == sum(len(sheet.ink(use)) for sheet in stack.sheets for use in USES)
    for sheet in stack.sheets:
        found = [one for one in polygons if one.layer == gds_layer(sheet.layer, "devices")]
        order = np.argsort([one.area() for one in found], kind="stable")
        assert np.array_equal(sheet.siemens[order], np.sort(sheet.siemens)), "larger conductance, larger device"
        corners = np.array([one.points for one in found])
        assert corners.mean(axis=1) / 1e6 == pytest.approx(sheet.devices.mean(axis=1), abs=2e-9)


@pytest.mark.slow
def test_dxf_read_back_holds_each_ink_layer_in_millimetres(stack: Stack) -> None:
    drawings = sheets_dxf(stack)
    assert list(drawings)[:6] == INKS
    assert len(drawings) == 7
    for name, text in drawings.items():
        sheet, use = stack.sheets[int(name[5]) - 1], name.split("-")[1]
        drawing = ezdxf.read(io.StringIO(text))
        assert not drawing.audit().has_errors
        assert drawing.units == ezdxf.units.MM
        lines = list(drawing.modelspace().query(f'LWPOLYLINE[layer=="{name}"]'))
        assert len(lines) == len(sheet.ink(use))
        assert all(line.closed for line in lines)
        read = np.array([(x, y) for line in lines for x, y, *_ in line])
        assert read == pytest.approx(np.concatenate(sheet.ink(use)) * 1e3)


@pytest.mark.slow
def test_svg_pictures_share_one_frame_in_millimetres(stack: Stack) -> None:
    frames = set()
    for name, text in sheets_svg(stack).items():
        root = ElementTree.fromstring(text)
        frames.add((root.get("width"), root.get("height"), root.get("viewBox")))
        paths = root.findall(".//{http://www.w3.org/2000/svg}path")
        sheet, use = stack.sheets[int(name[5]) - 1], name.split("-")[1]
        assert len(paths) == len(sheet.ink(use))
        numbers = [part for path in paths for part in (path.get("d") or "").replace("M", "").strip(" Z").split(" L")]
        corners = np.array([[float(value) for value in pair.split()] for pair in numbers])
        assert corners * [1.0, -1.0] == pytest.approx(np.concatenate(sheet.ink(use)) * 1e3, rel=1e-4)
    ((width, height, view),) = frames
    assert view is not None
    left, top, wide, high = map(float, view.split())
    assert (f"{wide:g}mm", f"{high:g}mm") == (width, height)
    corners = np.concatenate([shape for sheet in stack.sheets for use in USES for shape in sheet.ink(use)]) * 1e3
    assert corners.min(axis=0) == pytest.approx([left, -(top + high)])
    assert (corners.max(axis=0) <= [left + wide, -top]).all()


@pytest.mark.slow
def test_stl_read_back_is_closed_solids_of_the_right_size(stack: Stack) -> None:
    mesh = trimesh.load(io.BytesIO(stack_stl(stack)), file_type="stl")
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    pieces = mesh.split(only_watertight=True)
    count = sum(len(sheet.ink(use)) for sheet in stack.sheets for use in USES)
    assert len(pieces) == count
    flat = [(sheet, use) for sheet in stack.sheets for use in ("rows", "devices", "columns")]
    area = sum(gdstk.Polygon(shape * 1e3).area() for sheet, use in flat for shape in sheet.ink(use))
    posts = sum(piece.volume for piece in pieces if np.ptp(piece.bounds[:, 2]) > 0.05)
    assert mesh.volume - posts == pytest.approx(area * 0.01, rel=1e-3)
    assert mesh.volume > 0
    # Two sheets of 0.1 mm paper with 0.03 mm of ink each; the first ink lies on paper.
    assert mesh.bounds[:, 2] == pytest.approx([0.1, 0.26])


def test_glb_read_back_has_named_parts_coloured_by_conductance(stack: Stack) -> None:
    scene = trimesh.load(io.BytesIO(stack_glb(stack)), file_type="glb")
    names = {f"layer{layer}-{use}" for layer in (1, 2) for use in ("paper", "rows", "devices", "columns")}
    assert set(scene.geometry) == names | {"layer1-vias"}
    assert all(mesh.is_watertight for mesh in scene.geometry.values())
    devices = scene.geometry["layer2-devices"]
    sheet = stack.sheets[1]
    corners = devices.vertices.reshape(len(sheet.siemens), 8, 3)
    assert corners.mean(axis=1)[:, :2] == pytest.approx(sheet.devices.mean(axis=1), abs=1e-8)
    colours = devices.visual.vertex_colors.reshape(len(sheet.siemens), 8, -1)[:, 0].astype(int)
    order = np.argsort(sheet.siemens)
    # Viridis: green never falls along the scale.
    assert (np.diff(colours[order, 1]) >= 0).all()
    assert colours[order[0]].tolist()[:3] == [68, 1, 84]
    assert colours[order[-1]].tolist()[:3] == [253, 231, 37]


def test_sizes_that_cannot_be_printed_are_refused_all_at_once(digits: TrainedNetwork) -> None:
    wrong = Production(wire_m=490e-6, device_m=495e-6, pad_m=480e-6, via_m=10e-6, sheet_height_m=0.02)
    with pytest.raises(SpecError) as told:
        stack_of(design_circuit(digits), wrong)
    paths = [fault.path for fault in told.value.faults]
    assert paths == ["via_m", "wire_m", "device_m", "wire_m", "pad_m", "sheet_height_m"]
    large = stack_of(design_circuit(digits), Production(wire_m=400e-6))
    assert len(large.sheets) == 2


def test_devices_below_what_the_printer_prints_are_refused_with_the_remedy(digits: TrainedNetwork) -> None:
    design = design_circuit(digits, CircuitSettings(min_conductance_siemens=1e-8))
    with pytest.raises(SpecError, match="device_size=same"):
        stack_of(design)
    assert stack_of(design, Production(device_size="same")).sheets[0].devices.shape == (65 * 40, 4, 2)
    with pytest.raises(SpecError, match="larger paper") as told:
        stack_of(design_circuit(drawn((784, 10), Leaky())))
    assert "pitch below" in told.value.faults[0].hint
    fine = Production(pitch_m=300e-6, pad_m=200e-6, wire_m=200e-6, device_m=200e-6, via_m=100e-6)
    assert len(stack_of(design_circuit(drawn((784, 10), Leaky())), fine).sheets[0].devices) == 785 * 20


def test_a_stuck_open_device_is_not_printed(xor: TrainedNetwork) -> None:
    design = design_circuit(xor)
    pairs = [(bar.plus.copy(), bar.minus.copy()) for bar in design.crossbars]
    pairs[0][1][3, 0] = 0.0
    assert len(stack_of(design.with_conductances(pairs)).sheets[0].devices) == 47


def test_without_its_package_a_form_is_refused(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gdstk", None)
    with pytest.raises(InputError, match="gdstk") as told:
        sheets_gds(stack)
    assert "snntrainer3d[printing]" in told.value.hint
