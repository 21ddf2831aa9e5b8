"""HOW GOOD it is: metrics, histories, tables and figures; pure functions of arrays and events."""

from snntrainer3d.analysis.activity import HOROWITZ_45_NM, Activity, Energy, EnergyModel, energy_of
from snntrainer3d.analysis.comparison import Evidence, check_choice, compare_runs
from snntrainer3d.analysis.confidence import Calibration, calibration, probabilities, top_accuracy
from snntrainer3d.analysis.curves import EPOCH_COLUMNS, UPDATE_COLUMNS, Points, columns_of
from snntrainer3d.analysis.evaluation import ClassScore, Evaluation, evaluate_counts
from snntrainer3d.analysis.figures import FIGURES, FORMS, draw, render
from snntrainer3d.analysis.history import History, history_of, metrics_csv
from snntrainer3d.analysis.measurement import Measurement
from snntrainer3d.analysis.statistics import (
    Agreement,
    ConfusionDifference,
    Interval,
    McNemar,
    Refusal,
    Wilcoxon,
    agreement,
    bootstrap,
    confusion_difference,
    holm,
    mcnemar,
    pairs_needed,
    shown_p,
    smallest_p,
    wilcoxon,
    wilson,
)
from snntrainer3d.analysis.tables import csv_text, markdown_table, markdown_text
from snntrainer3d.analysis.timing import Latency, latency, settled

__all__ = [
    "EPOCH_COLUMNS",
    "FIGURES",
    "FORMS",
    "HOROWITZ_45_NM",
    "UPDATE_COLUMNS",
    "Activity",
    "Agreement",
    "Calibration",
    "ClassScore",
    "ConfusionDifference",
    "Energy",
    "EnergyModel",
    "Evaluation",
    "Evidence",
    "History",
    "Interval",
    "Latency",
    "McNemar",
    "Measurement",
    "Points",
    "Refusal",
    "Wilcoxon",
    "agreement",
    "bootstrap",
    "calibration",
    "check_choice",
    "columns_of",
    "compare_runs",
    "confusion_difference",
    "csv_text",
    "draw",
    "energy_of",
    "evaluate_counts",
    "history_of",
    "holm",
    "latency",
    "markdown_table",
    "markdown_text",
    "mcnemar",
    "metrics_csv",
    "pairs_needed",
    "probabilities",
    "render",
    "settled",
    "shown_p",
    "smallest_p",
    "top_accuracy",
    "wilcoxon",
    "wilson",
]
