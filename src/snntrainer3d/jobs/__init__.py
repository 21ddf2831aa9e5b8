"""The process boundary: start, watch, pause, cancel, resume, outlive. Importing it does not import torch."""

from snntrainer3d.jobs.job import run_job
from snntrainer3d.jobs.parent import JobRunner

__all__ = ["JobRunner", "run_job"]
