"""The process boundary: start, watch, pause, cancel, resume, outlive. Importing it does not import torch."""

from snntrainer3d.jobs.control import cancel_run
from snntrainer3d.jobs.decisions import decisions_file, has_decisions, keep_decisions, read_decisions
from snntrainer3d.jobs.job import run_job
from snntrainer3d.jobs.parent import JobRunner
from snntrainer3d.jobs.pictures import sample_block
from snntrainer3d.jobs.publishing import page_of
from snntrainer3d.jobs.tasks import record_shown
from snntrainer3d.jobs.worker_client import SURVEY_LIMIT_S, TorchWorker

__all__ = [
    "SURVEY_LIMIT_S",
    "JobRunner",
    "TorchWorker",
    "cancel_run",
    "decisions_file",
    "has_decisions",
    "keep_decisions",
    "page_of",
    "read_decisions",
    "record_shown",
    "run_job",
    "sample_block",
]
