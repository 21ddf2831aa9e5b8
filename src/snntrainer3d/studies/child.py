"""The process of a study that a server starts: `python -m snntrainer3d.studies.child HOME STUDY [WORKERS]`."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from snntrainer3d.errors import InputError, Snntrainer3dError
from snntrainer3d.runs import RunStore
from snntrainer3d.studies.folder import StudyStore
from snntrainer3d.studies.report import write_report
from snntrainer3d.studies.run import run_study

MOST_ARGUMENTS = 3


def main(arguments: list[str]) -> int:
    """Carry out a study and write its report; give the exit code."""
    if not MOST_ARGUMENTS - 1 <= len(arguments) <= MOST_ARGUMENTS:
        print("usage: python -m snntrainer3d.studies.child HOME STUDY [WORKERS]", file=sys.stderr)
        return InputError.exit_code
    home = Path(arguments[0])
    try:
        with RunStore(home) as store:
            study = StudyStore(home).find(arguments[1])
            run_study(study, store, workers=int(arguments[2]) if len(arguments) == MOST_ARGUMENTS else None)
            write_report(study, store)
    except Snntrainer3dError as error:
        traceback.print_exception(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
