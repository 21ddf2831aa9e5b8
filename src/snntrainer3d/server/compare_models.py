"""The bodies of comparisons and measurements; as models.py, described to OpenAPI and TypeScript."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from snntrainer3d.server.body import Body as _Body
from snntrainer3d.server.body import Request as _Request
from snntrainer3d.server.models import ClassResult, EvaluationResult, SplitName


class CompareRuns(_Request):
    """Asks for a comparison of finished runs."""

    runs: Annotated[list[str], Field(max_length=1000)]
    decide: bool = True
    """Whether decisions that were not kept yet are computed, which takes seconds for each run."""


class Interval(_Body):
    """A figure with what it may be off by."""

    value: float
    low: float
    high: float
    level: float
    """Share of intervals made like this that hold the true value."""
    method: str
    sentence: str


class Refusal(_Body):
    """Why a statistic is not given."""

    code: Literal["too_few_pairs", "pseudo_replication", "not_paired", "different_test_sets", "no_decisions"]
    sentence: str
    hint: str


class Refused(_Body):
    """Stands in the place of a statistic that would be wrong."""

    refusal: Refusal


class McNemarTest(_Body):
    """McNemar's exact test on the same samples."""

    only_first: int
    """Samples that only the first decides right."""
    only_second: int
    p: float
    p_holm: float
    """Corrected for all pairs of this comparison."""
    difference: float
    sentence: str


class AgreementResult(_Body):
    """How often two networks decide the same."""

    same: float
    kappa: float
    """Cohen's: 0 as by chance, 1 always."""
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    sentence: str


class CellsDifference(_Body):
    """The first confusion matrix less the second."""

    cells: list[list[int]]
    sentence: str


class WilcoxonTest(_Body):
    """Wilcoxon's signed-rank test over the seeds that both settings have."""

    w: float
    p: float
    p_holm: float
    effect: float
    """Matched-pairs rank-biserial correlation, -1 to 1."""
    pairs: int
    median_difference: float
    sentence: str


class RunFigures(_Body):
    """Numbers of a run to set side by side; None where one is not known."""

    test_accuracy: float
    test_loss: float | None
    validation_accuracy: float | None
    macro_precision: float | None
    macro_recall: float | None
    macro_f1: float | None
    ties: int | None
    samples: int | None
    train_seconds: float | None
    samples_per_second: float | None
    parameters: int | None
    flops: int | None
    flops_all_steps: int | None
    updates: int | None
    epochs: int | None


class ComparedRun(_Body):
    """One of the runs compared."""

    run: str
    name: str
    dataset: str
    seed: int
    title: str
    neurons: list[str]
    accuracy: Interval
    macro_f1: Interval | None
    metrics: RunFigures
    confusion: list[list[int]]
    per_class: list[ClassResult]
    class_names: list[str]


class ComparedPair(_Body):
    """Two of the runs, on the same test samples."""

    first: str
    second: str
    difference: float
    """Accuracy of the first less that of the second."""
    mcnemar: McNemarTest | Refused
    agreement: AgreementResult | Refused
    confusion_difference: CellsDifference | Refused


class ComparedSettings(_Body):
    """Two settings, each with its runs over seeds."""

    first: list[str]
    second: list[str]
    wilcoxon: WilcoxonTest | Refused


class Difference(_Body):
    """A setting in which runs differ."""

    field: str
    values: list[Any]
    """One for each run, in their order; None where a run has no such field."""


class Comparison(_Body):
    """Chosen runs side by side, and what their data allow to say of them."""

    runs: list[ComparedRun]
    pairs: list[ComparedPair]
    """Every two of at most ten runs; of more, each with the best."""
    settings: list[ComparedSettings]
    differences: list[Difference]


class CalibrationResult(_Body):
    """Confidence beside accuracy, in bins of equal width from 0 to 1."""

    expected_error: float
    largest_error: float
    mean_confidence: float
    samples: list[int]
    accuracies: list[float | None]
    confidences: list[float | None]


class Calibrations(_Body):
    """Calibration by the two ways to make chances of spike counts."""

    of_counts: CalibrationResult
    """Softmax of the counts."""
    of_rates: CalibrationResult
    """Softmax of the counts per step."""


class LatencyResult(_Body):
    """Accuracy as a function of the time step."""

    accuracies: list[float]
    """After step 1, 2, …"""
    step_near_final: int
    """From here on it stays within a point of the last."""
    mean_decision_step: float


class EnergyEstimate(_Body):
    """Nanojoules per sample."""

    inputs: float
    synapses: float
    neurons: float
    conventional: float
    """A network of the same shape with ordinary neurons."""
    total: float
    source: str


class ActivityResult(_Body):
    """What a network did, counted; per sample where nothing else is said."""

    samples: int
    num_steps: int
    rates: list[float]
    """Spikes per neuron and step, per layer."""
    sparsity: float
    """Share of neurons and steps without a spike."""
    silent: list[float]
    """Share of a layer's neurons that do not spike for a sample."""
    spikes_per_sample: float
    synaptic_operations: float
    """Additions of a weight, one for each spike, pooled or not, and weight that it meets."""
    input_operations: float
    """Multiply-accumulates of input values other than zero, before the first neurons."""
    neuron_operations: float
    """Multiply-accumulates of the neurons' own states."""
    conventional_operations: float
    """Multiply-accumulates of an ordinary network of the same shape."""
    membrane_updates: int
    flops: int
    flops_all_steps: int
    parameters: int
    parameter_bytes: int
    energy_nj: EnergyEstimate


class EnergyCoefficients(_Body):
    """Picojoules of one operation."""

    multiply_accumulate_pj: float
    accumulate_pj: float
    source: str


class RunMeasurement(EvaluationResult):
    """Everything that is measured of a run's network on a split."""

    run: str
    update: int | None
    """Of the checkpoint; None where the weights are the final ones."""
    split: SplitName
    num_steps: int
    top2: float
    """Share of samples whose label is among the two largest counts."""
    accuracy_interval: Interval
    macro_f1_interval: Interval
    calibration: Calibrations
    latency: LatencyResult
    activity: ActivityResult
    energy_model: EnergyCoefficients
