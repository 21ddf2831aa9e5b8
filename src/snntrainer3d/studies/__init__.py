"""Many trainings as one: plan, carry out, resume, tables, figures and reports. Importing it does not import torch."""

from snntrainer3d.studies.carry_out import BUILT_IN, CarriedOut, carry_out, document_of
from snntrainer3d.studies.compare import Decide, compare, decide_here, differences
from snntrainer3d.studies.folder import StudyFolder, StudyStore, study_id
from snntrainer3d.studies.joining import seek
from snntrainer3d.studies.order import Order
from snntrainer3d.studies.paper import paper_study
from snntrainer3d.studies.plan import Entry, Plan, key_of, make_plan, seconds_of
from snntrainer3d.studies.report import Report, read_report, report_file, write_report
from snntrainer3d.studies.run import cores, run_study, start, stop, write_report_apart
from snntrainer3d.studies.sharing import train_together
from snntrainer3d.studies.state import EntryState, StudyState, chosen_by, seconds_left, state_of
from snntrainer3d.studies.trials import Trial, Trials, read_trials
from snntrainer3d.studies.tune import check_tunable, tune

__all__ = [
    "BUILT_IN",
    "CarriedOut",
    "Decide",
    "Entry",
    "EntryState",
    "Order",
    "Plan",
    "Report",
    "StudyFolder",
    "StudyState",
    "StudyStore",
    "Trial",
    "Trials",
    "carry_out",
    "check_tunable",
    "chosen_by",
    "compare",
    "cores",
    "decide_here",
    "differences",
    "document_of",
    "key_of",
    "make_plan",
    "paper_study",
    "read_report",
    "read_trials",
    "report_file",
    "run_study",
    "seconds_left",
    "seconds_of",
    "seek",
    "start",
    "state_of",
    "stop",
    "study_id",
    "train_together",
    "tune",
    "write_report",
    "write_report_apart",
]
