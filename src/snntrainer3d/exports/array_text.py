"""How code writes float32: arrays as base64, single numbers in their shortest exact form."""

from __future__ import annotations

import base64
import textwrap

import numpy as np

from snntrainer3d.exports.json_weights import shortest
from snntrainer3d.exports.stages import Value

COLUMNS = 116


def packed(array: Value) -> str:
    """Give an array's little-endian float32 as base64, in lines that editors bear."""
    return "\n".join(textwrap.wrap(base64.b64encode(np.asarray(array, "<f4").tobytes()).decode(), COLUMNS))


def number(value: Value) -> str:
    """Give a single float32 in its shortest exact form."""
    return repr(float(shortest(np.asarray(value, np.float32).reshape(1))[0]))
