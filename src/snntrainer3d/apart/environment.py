"""What other processes get of this one's environment: those that read foreign bytes what they need, none the token."""

from __future__ import annotations

import os
from pathlib import Path

TOKEN_VARIABLE = "SNNTRAINER3D_TOKEN"
_NEEDED = frozenset({
    "PATH", "PATHEXT", "COMSPEC", "SYSTEMDRIVE", "SYSTEMROOT", "WINDIR",  # what programs are found by
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",  # and their libraries
    "APPDATA", "HOME", "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "USERPROFILE",  # and Python's packages
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
    "LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8",  # how file names and messages are written
    "GOMP_SPINCOUNT", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    "CPATH", "C_INCLUDE_PATH", "DEVELOPER_DIR", "LIBRARY_PATH", "SDKROOT",  # of a C compiler
    "NGSPICE_INPUT_DIR", "SPICE_LIB_DIR", "SPICE_SCRIPTS",
})  # fmt: skip


def needed_environment(folder: Path, *, threads: int | None = None) -> dict[str, str]:
    """Return the environment of a process that reads foreign bytes or runs exported code.

    Args:
        folder: where it works, and puts its temporary files.
        threads: of its libraries; by default as the person has it.
    """
    kept = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED}
    if "PYTHONPATH" in kept:  # which may say places from where this process works
        kept["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, kept["PYTHONPATH"].split(os.pathsep)))
    here = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    counts = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS") if threads else ()
    return {**kept, **here, **dict.fromkeys(counts, str(threads))}


def own_environment() -> dict[str, str]:
    """Return the environment of a process that trains or plays: all but the token, which is for the server alone."""
    return {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
