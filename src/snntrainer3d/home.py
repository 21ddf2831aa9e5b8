"""Where what a person keeps lies: runs, studies, own data."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "SNNTRAINER3D_HOME"


def given_home() -> Path | None:
    """Give the folder that $SNNTRAINER3D_HOME names; None where it is not set."""
    given = os.environ.get(VARIABLE)
    return Path(given).expanduser() if given else None


def home_folder() -> Path:
    """Give the folder of the runs: $SNNTRAINER3D_HOME where that is set, else the platform's place for data."""
    return given_home() or Path(platformdirs.user_data_dir("snntrainer3d", appauthor=False))
