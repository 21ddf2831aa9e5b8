"""Where the runs of a person lie."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home_folder() -> Path:
    """Give the folder of the runs: $SNNTRAINER3D_HOME where that is set, else the platform's place for data."""
    given = os.environ.get("SNNTRAINER3D_HOME")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("snntrainer3d", appauthor=False))
