"""HOW a network computes: from documents to torch modules, stepped through or by fused kernels."""

from snntrainer3d.engine.build import (
    SpikingNetwork,
    build,
    build_neuron,
    load_tensors,
    matrices_of,
    tensors_of,
    to_trained,
)
from snntrainer3d.engine.learner import (
    BatchResult,
    EvalResult,
    Exchange,
    Learner,
    ReferenceLearner,
    open_learner,
    prepare_learner,
)
from snntrainer3d.engine.losses import Objective, count_loss, membrane_loss, objective_of
from snntrainer3d.engine.playback import Playback, Tally, play, tally
from snntrainer3d.engine.recording import StepCounts, record_counts
from snntrainer3d.engine.reference import Recording, run
from snntrainer3d.engine.surrogate import derivative_of, spike_function

__all__ = [
    "BatchResult",
    "EvalResult",
    "Exchange",
    "Learner",
    "Objective",
    "Playback",
    "Recording",
    "ReferenceLearner",
    "SpikingNetwork",
    "StepCounts",
    "Tally",
    "build",
    "build_neuron",
    "count_loss",
    "derivative_of",
    "load_tensors",
    "matrices_of",
    "membrane_loss",
    "objective_of",
    "open_learner",
    "play",
    "prepare_learner",
    "record_counts",
    "run",
    "spike_function",
    "tally",
    "tensors_of",
    "to_trained",
]
