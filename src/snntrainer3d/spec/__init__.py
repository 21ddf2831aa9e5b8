"""WHAT a network, a training and a run are: immutable, validated, versioned documents; no torch."""

from snntrainer3d.spec._document import FieldFault, Part, parse, read_json, read_json_file
from snntrainer3d.spec.advice import Advice, advise, training_bytes
from snntrainer3d.spec.beginning import fit_start
from snntrainer3d.spec.cost import Cost, cost_of
from snntrainer3d.spec.network import Dense, Input, Layer, Network, dense_network
from snntrainer3d.spec.neurons import NEURON_KINDS, NEURONS, Alpha, Lapicque, Leaky, Neuron, Synaptic, neuron_of
from snntrainer3d.spec.presets import PRESETS, Preset
from snntrainer3d.spec.run import RunSpec, parse_run
from snntrainer3d.spec.study import MAX_RUNS, Composition, Draw, Grid, Listing, RandomSearch, Study, parse_study
from snntrainer3d.spec.surrogates import (
    SURROGATES,
    Atan,
    FastSigmoid,
    Sigmoid,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
    Triangular,
)
from snntrainer3d.spec.trained import TrainedNetwork, count_parameters, fixed_tensors, neuron_values, tensor_shapes
from snntrainer3d.spec.training import Adam, Constant, Direct, OneCycle, Schedule, Training

__all__ = [
    "MAX_RUNS",
    "NEURONS",
    "NEURON_KINDS",
    "PRESETS",
    "SURROGATES",
    "Adam",
    "Advice",
    "Alpha",
    "Atan",
    "Composition",
    "Constant",
    "Cost",
    "Dense",
    "Direct",
    "Draw",
    "FastSigmoid",
    "FieldFault",
    "Grid",
    "Input",
    "Lapicque",
    "Layer",
    "Leaky",
    "Listing",
    "Network",
    "Neuron",
    "OneCycle",
    "Part",
    "Preset",
    "RandomSearch",
    "RunSpec",
    "Schedule",
    "Sigmoid",
    "SpikeRateEscape",
    "StraightThrough",
    "Study",
    "Surrogate",
    "Synaptic",
    "TrainedNetwork",
    "Training",
    "Triangular",
    "advise",
    "cost_of",
    "count_parameters",
    "dense_network",
    "fit_start",
    "fixed_tensors",
    "neuron_of",
    "neuron_values",
    "parse",
    "parse_run",
    "parse_study",
    "read_json",
    "read_json_file",
    "tensor_shapes",
    "training_bytes",
]
