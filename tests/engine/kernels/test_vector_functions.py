"""Functions of single precision that scans compute in vectors: against double precision, over all they can be given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from snntrainer3d.engine.kernels.layer import blocks_of, run_scan, scan_table
from snntrainer3d.engine.kernels.llvm_text import Scanned, forward_text
from snntrainer3d.engine.kernels.machine_code import address_of
from snntrainer3d.spec.equations import Equation, Graph

pytestmark = pytest.mark.slow
INF = np.inf


def scanned(function: str) -> Scanned:
    graph = Graph()
    found = graph.operate(function, graph.leaf("input", "x"))
    return Scanned(Equation(graph, {"v": found}, {"v": graph.constant(0.0)}, None, lambda z: z))


def computed(function: str, x: np.ndarray) -> np.ndarray:
    """Return a function's values as a scan stores them: the first neurons in vectors, the last ones alone."""
    given, states = x.astype(np.float32)[None], np.zeros((2, 1, len(x)), np.float32)
    period, *blocks = blocks_of(1, len(x))
    table = scan_table(
        given, states, np.zeros((1, len(x)), np.float32), np.zeros((0, period), np.float32), from_start=True
    )
    run_scan(address_of(forward_text(scanned(function), "float", [])), table, (blocks[0], blocks[1]), flush=False)
    return states[1, 0]


def units(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return how many units of the last place a value is off."""
    return np.abs(found.astype(np.float64) - wanted) / np.spacing(
        np.maximum(np.abs(wanted), 2.0**-126).astype(np.float32)
    )


RANGES = {
    "log": [(2.0**-126, 1e-30), (1e-30, 1.0), (0.9, 1.1), (1.0, 1e10), (1e10, 3e38)],
    "log1p": [(-0.9999, -0.5), (-0.5, 0.5), (-1e-6, 1e-6), (1e-30, 1e-20), (0.5, 1e10), (1e10, 3e38)],
    "expm1": [(-1e-6, 1e-6), (1e-30, 1e-20), (-0.5, 0.5), (-17.0, -0.5), (0.5, 80.0), (-100.0, -17.0)],
    "exp": [(-1e-6, 1e-6), (-0.5, 0.5), (-80.0, 80.0)],
}


@pytest.mark.parametrize("function", RANGES)
def test_values_are_right_to_the_last_digits(function: str) -> None:
    exact: Callable[[np.ndarray], np.ndarray] = getattr(np, function)
    chance = np.random.default_rng(0)
    for low, high in RANGES[function]:
        drawn = chance.uniform(low, high, 40_001)
        if low > 0 and high / low > 1e3:
            drawn = np.exp(chance.uniform(np.log(low), np.log(high), 40_001))
        x = drawn.astype(np.float32)
        assert units(computed(function, x), exact(x.astype(np.float64))).max() <= 4.0, (function, low, high)


SPECIAL = {
    "log": {0.0: -INF, 1.0: 0.0, INF: INF, -1.0: np.nan, -INF: np.nan, np.nan: np.nan, 1e-40: -92.10347},
    "log1p": {0.0: 0.0, -1.0: -INF, INF: INF, -2.0: np.nan, np.nan: np.nan, 1e-40: 1e-40, 1e-10: 1e-10},
    "expm1": {0.0: 0.0, -INF: -1.0, -50.0: -1.0, np.nan: np.nan, 1e-40: 1e-40, -1e-10: -1e-10},
}


@pytest.mark.parametrize("function", SPECIAL)
def test_what_is_no_usual_number_is_as_in_the_c_library(function: str) -> None:
    for repeated in (1, 9, 64):  # alone, and in each kind of vector
        x = np.repeat(np.array(list(SPECIAL[function])), repeated)
        wanted = np.repeat(np.array(list(SPECIAL[function].values()), np.float32), repeated)
        assert np.allclose(computed(function, x), wanted, rtol=1e-6, atol=0.0, equal_nan=True), (function, repeated)
