"""A study from what a person typed to its report: what the command line does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from snntrainer3d.errors import ConflictError, InputError
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import MAX_RUNS, Study, parse_study, read_json_file
from snntrainer3d.studies.folder import StudyFolder, StudyStore, study_id
from snntrainer3d.studies.paper import paper_study
from snntrainer3d.studies.report import Report, write_report
from snntrainer3d.studies.run import OnChange, run_study
from snntrainer3d.studies.state import StudyState, state_of


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A study that comes with the program."""

    title: str
    summary: str
    make: Callable[[int], Study]
    """Gives it over so many seeds."""


BUILT_IN = {
    "paper": BuiltIn(
        "The paper's study",
        "Eight sizes of one hidden layer × four neurons, with the settings of Jurj et al. 2024; its tables, figures 10 "
        "to 21, and what is wrong in them.",
        paper_study,
    )
}


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A study as it stands, and its report."""

    study: StudyFolder
    state: StudyState
    report: Report


def document_of(reference: str, seeds: int | None = None) -> Study:
    """Give the study that a name of a built-in one or a file means, over `seeds` seeds from 0 where that is given.

    Raises:
        InputError: fewer than one seed, or more than runs are allowed.
        NotFoundError, FileFormatError, SpecError, LimitError: the file cannot be used.
    """
    if seeds is not None and not 1 <= seeds <= MAX_RUNS:
        raise InputError(f"got {seeds}, expected how many seeds: 1 to {MAX_RUNS:,}.", path="--seeds")
    if reference in BUILT_IN and not Path(reference).is_file():
        return BUILT_IN[reference].make(seeds or 1)
    study = parse_study(read_json_file(Path(reference), what="study"))
    return study if seeds is None else study.changed(seeds=list(range(seeds)))


def carry_out(
    study: Study,
    store: RunStore,
    *,
    workers: int | None = None,
    resume: bool = False,
    replace_deleted: bool = False,
    on_change: OnChange | None = None,
    cluster: str = "",
) -> CarriedOut:
    """Make a study or find the one of the same document, train what is missing, write the report.

    A finished study is not trained again; its report is written anew. One that was begun needs `resume`, so that
    nobody goes on with an old one unawares.

    Raises:
        ConflictError: it was begun before and `resume` is not given, or a process works on it.
        SpecError, LimitError: see `make_plan`.
        DataUnavailableError, StorageError, JobError: as it happens; what was finished stays.
    """
    studies = StudyStore(store.home)
    if resume and study_id(study) not in {found.id for found in studies.list()}:
        raise ConflictError(f"There is no study {study.name} to resume.", path="--resume", hint="Leave --resume out.")
    folder = studies.create(study)
    state = state_of(folder, store)
    if state.status not in ("finished", "planned") and not resume:
        counts = ", ".join(f"{count} {status}" for status, count in state.counts().items())
        raise ConflictError(
            f"Study {folder.id} was begun before: {counts}.",
            path="--resume",
            hint="Give --resume to go on with it, or another name to begin anew.",
        )
    # A finished one too: a kill may have left decisions out, which the report needs. Nothing is trained again.
    state = run_study(
        folder, store, workers=workers, replace_deleted=replace_deleted, on_change=on_change, cluster=cluster
    )
    return CarriedOut(folder, state, write_report(folder, store))
