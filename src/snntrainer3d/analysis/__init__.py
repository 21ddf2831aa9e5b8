"""HOW GOOD it is: metrics, histories, tables and figures; pure functions of arrays and events."""

from snntrainer3d.analysis.evaluation import ClassScore, Evaluation, evaluate_counts
from snntrainer3d.analysis.figures import FIGURES, FORMS, draw, render
from snntrainer3d.analysis.history import History, history_of, metrics_csv

__all__ = [
    "FIGURES",
    "FORMS",
    "ClassScore",
    "Evaluation",
    "History",
    "draw",
    "evaluate_counts",
    "history_of",
    "metrics_csv",
    "render",
]
