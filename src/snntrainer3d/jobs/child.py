"""The process of a job: `python -m snntrainer3d.jobs.child RUN_FOLDER`; what it prints goes to the run's log."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from snntrainer3d.errors import InputError, Snntrainer3dError
from snntrainer3d.jobs.job import run_job
from snntrainer3d.jobs.memory_kills import go_first

NICENESS = 5
"""A job yields to the server, which must stay quick; alone on the machine it loses nothing."""


def main(arguments: list[str]) -> int:
    """Run the job of the folder that is given; give the exit code."""
    faulthandler.enable()
    if len(arguments) != 1:
        print("usage: python -m snntrainer3d.jobs.child RUN_FOLDER", file=sys.stderr)
        return InputError.exit_code
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    go_first()
    try:
        run_job(Path(arguments[0]))
    except Snntrainer3dError as error:
        traceback.print_exception(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
