"""Many trainings as one: plan, carry out, resume, tables, figures and reports. Importing it does not import torch."""

from snntrainer3d.studies.carry_out import CarriedOut, carry_out, document_of
from snntrainer3d.studies.compare import Decide, compare, decide_here, differences
from snntrainer3d.studies.folder import StudyFolder, StudyStore, study_id
from snntrainer3d.studies.paper import paper_study
from snntrainer3d.studies.plan import Entry, Plan, key_of, make_plan
from snntrainer3d.studies.report import Report, write_report
from snntrainer3d.studies.run import cores, run_study, start, stop
from snntrainer3d.studies.state import EntryState, StudyState, state_of
from snntrainer3d.studies.tune import Trial, tune

__all__ = [
    "CarriedOut",
    "Decide",
    "Entry",
    "EntryState",
    "Plan",
    "Report",
    "StudyFolder",
    "StudyState",
    "StudyStore",
    "Trial",
    "carry_out",
    "compare",
    "cores",
    "decide_here",
    "differences",
    "document_of",
    "key_of",
    "make_plan",
    "paper_study",
    "run_study",
    "start",
    "state_of",
    "stop",
    "study_id",
    "tune",
    "write_report",
]
