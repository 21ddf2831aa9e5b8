"""Many trainings as one: plan, carry out, resume, tables, figures and reports. Importing it does not import torch."""

from snntrainer3d.studies.folder import StudyFolder, StudyStore, study_id
from snntrainer3d.studies.plan import Entry, Plan, key_of, make_plan
from snntrainer3d.studies.run import run_study, stop
from snntrainer3d.studies.state import EntryState, StudyState, state_of

__all__ = [
    "Entry",
    "EntryState",
    "Plan",
    "StudyFolder",
    "StudyState",
    "StudyStore",
    "key_of",
    "make_plan",
    "run_study",
    "state_of",
    "stop",
    "study_id",
]
