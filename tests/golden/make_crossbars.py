"""Write what badcrossbar 1.1.0 says of some crossbars with wires: `python tests/golden/make_crossbars.py`.

Needs `pip install badcrossbar`, which draws by cairo and is therefore no package of ours; its answers are.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "crossbars"


def main() -> None:
    """Write three crossbars: flat, tall, and with large wires."""
    from badcrossbar.compute import compute

    logging.disable(logging.CRITICAL)
    FOLDER.mkdir(exist_ok=True)
    for name, rows, columns, wire_ohm in (("flat-3x8", 3, 8, 5.0), ("tall-20x6", 20, 6, 50.0), ("worn-5x4", 5, 4, 2e3)):
        random = np.random.default_rng(rows)
        resistances = 1.0 / random.uniform(1e-6, 1e-4, (rows, columns))
        volts = random.uniform(-0.1, 0.1, (rows, 2))
        currents = compute(volts, resistances, wire_ohm, all_currents=False).currents.output.T
        document = {
            "wire_ohm": wire_ohm,
            "resistances_ohm": resistances.tolist(),
            "row_volts": volts.tolist(),
            "column_amperes": np.asarray(currents).tolist(),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
