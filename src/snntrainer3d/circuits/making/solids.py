"""The stacked sheets as solids: STL for printing in millimetres, GLB for looking in metres, coloured by conductance."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from snntrainer3d.circuits.making.drawings import MILLI, printing_package
from snntrainer3d.circuits.making.sheets import Sheet, Stack

_CAPS = {
    4: [(0, 1, 2), (0, 2, 3)],
    8: [(0, 1, 2), (0, 2, 5), (0, 5, 6), (0, 6, 7), (2, 3, 4), (2, 4, 5)],
}
"""Triangles of an outline of so many corners, in the order of `sheets._wire`."""
_COPPER, _VIA, _PAPER = (184, 115, 51, 255), (125, 133, 144, 255), (245, 242, 232, 110)
_RAMP = np.array([(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)])
"""Viridis, from the smallest conductance to the largest."""


def stack_stl(stack: Stack) -> bytes:
    """Give all ink as one mesh in millimetres: wires, devices and vias, each a closed solid. No paper."""
    parts = [part for sheet in stack.sheets for part in _inks(stack, sheet).values()]
    points, faces = _joined(parts)
    mesh = printing_package("trimesh").Trimesh(points * MILLI, faces, process=False)
    return bytes(mesh.export(file_type="stl"))


def stack_glb(stack: Stack) -> bytes:
    """Give a scene in metres, z upwards: for each crossbar its paper, rows, devices, columns and vias, named."""
    trimesh = printing_package("trimesh")
    scene = trimesh.Scene()
    for sheet in stack.sheets:
        for use, (points, faces) in {**_inks(stack, sheet), "paper": _paper(stack, sheet)}.items():
            mesh = trimesh.Trimesh(points, faces, process=False)
            mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=_colours(use, sheet, len(points)))
            name = f"layer{sheet.layer}-{use}"
            scene.add_geometry(mesh, node_name=name, geom_name=name)
    return bytes(scene.export(file_type="glb"))


Solid = tuple[Float64[np.ndarray, "point 3"], Int64[np.ndarray, "face 3"]]


def conductance_colours(siemens: Float64[np.ndarray, "device"]) -> UInt8[np.ndarray, "device 4"]:
    """Give a colour to each conductance, on a logarithmic scale over those given."""
    logarithm = np.log(siemens)
    low, span = logarithm.min(), np.ptp(logarithm) or 1.0
    place = (logarithm - low) / span * (len(_RAMP) - 1)
    mixed = [np.interp(place, np.arange(len(_RAMP)), _RAMP[:, channel]) for channel in range(3)]
    return np.stack([*mixed, np.full(len(siemens), 255.0)], axis=1).round().astype(np.uint8)


def _inks(stack: Stack, sheet: Sheet) -> dict[str, Solid]:
    making = stack.production
    rows = _floor(stack, sheet) + making.paper_thickness_m
    devices = rows + making.conductor_thickness_m
    columns = devices + making.device_thickness_m
    end = columns + making.conductor_thickness_m
    heights = {"rows": (rows, devices), "devices": (devices, columns), "columns": (columns, end)}
    found = {use: _prisms(sheet.ink(use), *heights[use]) for use in sheet.inks() if use != "vias"}
    if len(sheet.vias):
        top = _floor(stack, stack.sheets[-1]) + end - _floor(stack, sheet)
        split = len(sheet.rows)
        found["vias"] = _joined([_prisms(sheet.vias[:split], devices, top), _prisms(sheet.vias[split:], end, top)])
    return found


def _floor(stack: Stack, sheet: Sheet) -> float:
    making = stack.production
    thick = making.paper_thickness_m + 2.0 * making.conductor_thickness_m + making.device_thickness_m
    return (sheet.layer - 1) * thick


def _paper(stack: Stack, sheet: Sheet) -> Solid:
    (left, bottom), (right, top) = stack.low, stack.high
    outline = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    floor = _floor(stack, sheet)
    return _prisms([outline], floor, floor + stack.production.paper_thickness_m)


def _prisms(outlines: Any, low: float, high: float) -> Solid:
    """Raise outlines of the same number of corners."""
    shapes = np.asarray(outlines, np.float64)
    count, corners, _ = shapes.shape
    points = np.concatenate([_at(shapes, low), _at(shapes, high)], axis=1)
    around = [(i, (i + 1) % corners) for i in range(corners)]
    sides = [face for i, j in around for face in ((i, j, corners + j), (i, corners + j, corners + i))]
    below = [(a, c, b) for a, b, c in _CAPS[corners]]
    above = [(corners + a, corners + b, corners + c) for a, b, c in _CAPS[corners]]
    faces = np.array([*sides, *below, *above])
    # Outlines of columns are those of rows mirrored, and so run the other way.
    if _area(shapes[0]) < 0.0:
        faces = faces[:, ::-1]
    shifted = faces[None] + 2 * corners * np.arange(count)[:, None, None]
    return points.reshape(-1, 3), shifted.reshape(-1, 3)


def _at(shapes: np.ndarray, height: float) -> np.ndarray:
    return np.concatenate([shapes, np.full((*shapes.shape[:2], 1), height)], axis=2)


def _area(shape: Float64[np.ndarray, "corner 2"]) -> float:
    x, y = shape.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2.0)


def _joined(parts: list[Solid]) -> Solid:
    begins = np.cumsum([0, *(len(points) for points, _ in parts[:-1])])
    faces = [faces + begin for (_, faces), begin in zip(parts, begins, strict=True)]
    return np.concatenate([points for points, _ in parts]), np.concatenate(faces)


def _colours(use: str, sheet: Sheet, points: int) -> UInt8[np.ndarray, "point 4"]:
    if use == "devices":
        return np.repeat(conductance_colours(sheet.siemens), points // len(sheet.siemens), axis=0)
    plain = {"paper": _PAPER, "vias": _VIA}.get(use, _COPPER)
    return np.tile(np.array(plain, np.uint8), (points, 1))
