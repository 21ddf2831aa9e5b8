"""The process of a study that a server starts: `python -m snntrainer3d.studies.child HOME STUDY [report]`.

What it is to do stands in the study's folder, and so does why it failed.
"""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from snntrainer3d.errors import InputError, StorageError, as_ours
from snntrainer3d.runs import RunStore
from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.folder import StudyFolder, StudyStore
from snntrainer3d.studies.report import write_report
from snntrainer3d.studies.run import run_study
from snntrainer3d.studies.tune import tune

REPORT = "report"
"""Third argument: only write the report anew."""


def main(arguments: list[str]) -> int:
    """Carry out a study and write its report; give the exit code."""
    if not (len(arguments) == 2 or arguments[2:] == [REPORT]):
        print("usage: python -m snntrainer3d.studies.child HOME STUDY [report]", file=sys.stderr)
        return InputError.exit_code
    home = Path(arguments[0])
    with RunStore(home) as store:
        study = StudyStore(home).find(arguments[1])
        study.error_file.unlink(missing_ok=True)
        try:
            if arguments[2:] != [REPORT]:
                _carry_out(study, store)
            write_report(study, store)
        except KeyboardInterrupt:
            return 0
        except Exception as error:
            traceback.print_exception(error)
            told = as_ours(error, "The log of the study holds the details; please report it.")
            with suppress(StorageError):
                write_atomically(study.error_file, json.dumps(told.body()))
            return told.exit_code
    return 0


def _carry_out(study: StudyFolder, store: RunStore) -> None:
    order = study.read_order()
    if order.kind == "tuning":
        tune(study, store, trials=order.trials)
    else:
        run_study(study, store, workers=order.workers, replace_deleted=order.replace_deleted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
