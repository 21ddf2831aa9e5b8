"""HOW GOOD it is: metrics, histories, tables and figures; pure functions of arrays and events."""

from snntrainer3d.analysis.activity import HOROWITZ_45_NM, Activity, Energy, EnergyModel, energy_of
from snntrainer3d.analysis.bench_figure import draw_bench
from snntrainer3d.analysis.comparison import Evidence, check_choice, compare_runs
from snntrainer3d.analysis.confidence import Calibration, calibration, probabilities, top_accuracy
from snntrainer3d.analysis.curves import EPOCH_COLUMNS, UPDATE_COLUMNS, Points, columns_of
from snntrainer3d.analysis.evaluation import ClassScore, Evaluation, evaluate_counts
from snntrainer3d.analysis.figures import FIGURES, FORMS, draw, render
from snntrainer3d.analysis.history import History, history_of, metrics_csv
from snntrainer3d.analysis.measurement import Measurement
from snntrainer3d.analysis.neuron_bench import (
    USUAL_STEPS,
    CurveChoice,
    NeuronBench,
    bench_csv,
    bench_neuron,
    bench_neurons,
    curve_csv,
    step_seconds,
)
from snntrainer3d.analysis.phase_plane import PhasePlane, phase_plane
from snntrainer3d.analysis.responses import MOST_CURRENTS, USUAL_POINTS, FiringCurve, Response, firing_curve, respond
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
    "MOST_CURRENTS",
    "UPDATE_COLUMNS",
    "USUAL_POINTS",
    "USUAL_STEPS",
    "Activity",
    "Agreement",
    "Calibration",
    "ClassScore",
    "ConfusionDifference",
    "CurveChoice",
    "Energy",
    "EnergyModel",
    "Evaluation",
    "Evidence",
    "FiringCurve",
    "History",
    "Interval",
    "Latency",
    "McNemar",
    "Measurement",
    "NeuronBench",
    "PhasePlane",
    "Points",
    "Refusal",
    "Response",
    "Wilcoxon",
    "agreement",
    "bench_csv",
    "bench_neuron",
    "bench_neurons",
    "bootstrap",
    "calibration",
    "check_choice",
    "columns_of",
    "compare_runs",
    "confusion_difference",
    "csv_text",
    "curve_csv",
    "draw",
    "draw_bench",
    "energy_of",
    "evaluate_counts",
    "firing_curve",
    "history_of",
    "holm",
    "latency",
    "markdown_table",
    "markdown_text",
    "mcnemar",
    "metrics_csv",
    "pairs_needed",
    "phase_plane",
    "probabilities",
    "render",
    "respond",
    "settled",
    "shown_p",
    "smallest_p",
    "step_seconds",
    "top_accuracy",
    "wilcoxon",
    "wilson",
]
