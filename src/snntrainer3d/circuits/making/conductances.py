"""The conductance of every device, as a table for each crossbar: what is to be printed or programmed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.analysis import csv_text
from snntrainer3d.circuits.design import Crossbar, Design

FORMAT = "snntrainer3d/conductances"
VERSION = 1


def conductances_csv(design: Design) -> list[str]:
    """Give one table for each crossbar: a line per row, two columns (+ and −) per neuron, in siemens."""
    return [_table(bar) for bar in design.crossbars]


def conductances_json(design: Design) -> str:
    """Give all crossbars as one document, with the resistors and capacitors of the neurons."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "network": design.title,
        "settings": design.settings.model_dump(mode="json"),
        "crossbars": [_plain(bar, design) for bar in design.crossbars],
    }
    return json.dumps(document, indent=1) + "\n"


def row_names(bar: Crossbar) -> list[str]:
    """Give a name to each row; the last is the bias, where there is one."""
    return [f"row {index}" for index in range(bar.inputs)] + ["bias"] * bar.bias


def sheet_of(bar: Crossbar) -> Float64[np.ndarray, "row column"]:
    """Give a crossbar as it lies in print: the two columns of a neuron side by side."""
    return np.stack([bar.plus, bar.minus], axis=1).reshape(2 * bar.neurons, bar.rows).T


def _table(bar: Crossbar) -> str:
    head = ["siemens", *(f"neuron {index} {sign}" for index in range(bar.neurons) for sign in "+-")]
    rows = zip(row_names(bar), sheet_of(bar), strict=True)
    return csv_text([head, *([name, *(f"{value:.6g}" for value in values)] for name, values in rows)])


def _plain(bar: Crossbar, design: Design) -> dict[str, Any]:
    return {
        "rows": bar.rows,
        "neurons": bar.neurons,
        "bias_row": bar.bias,
        "siemens_per_weight": bar.siemens_per_weight,
        "plus_siemens": bar.plus.tolist(),
        "minus_siemens": bar.minus.tolist(),
        "membrane_ohm": bar.resistance_ohm(design.settings).tolist(),
        "membrane_farad": bar.capacitance_f(design.settings).tolist(),
        "reset_ampere": bar.reset_current_a(design.settings).tolist(),
        "reset": bar.reset,
    }
