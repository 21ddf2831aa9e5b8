"""What hypothesis draws from: the networks that feed the tests of every room."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from snntrainer3d.spec import (
    Alpha,
    Atan,
    FastSigmoid,
    Lapicque,
    Leaky,
    Network,
    Sigmoid,
    SpikeRateEscape,
    StraightThrough,
    Synaptic,
    TrainedNetwork,
    Training,
    Triangular,
    fixed_tensors,
    parse,
    tensor_shapes,
)

FRACTIONS = st.floats(0.01, 0.99)
LEARNING = st.sampled_from(["fixed", "shared", "per_neuron"])
SURROGATES = st.sampled_from([Atan, FastSigmoid, Sigmoid, SpikeRateEscape, StraightThrough, Triangular])
WEIGHTS = st.floats(width=32, allow_nan=False, allow_infinity=False)
"""Every finite float32, subnormal ones and −0 too."""


@st.composite
def neurons(draw: st.DrawFn) -> Leaky | Lapicque | Synaptic | Alpha:
    """Draw a neuron of any kind, with any legal values."""
    shared = {
        "threshold": draw(st.floats(0.01, 10.0)),
        "learn_threshold": draw(LEARNING),
        "reset": draw(st.sampled_from(["subtract", "zero", "none"])),
        "surrogate": draw(SURROGATES)(),
    }
    decays = {"beta": draw(FRACTIONS), "learn_beta": draw(LEARNING)}
    kind = draw(st.sampled_from([Leaky, Lapicque, Synaptic, Alpha]))
    if kind is Lapicque and draw(st.booleans()):
        return Lapicque(resistance_ohm=5.0, capacitance_f=draw(st.floats(0.3, 3.0)), **shared)
    if kind in (Leaky, Lapicque):
        return kind(**decays, **shared)
    alpha = draw(FRACTIONS) if kind is Synaptic else draw(st.floats(decays["beta"] + 0.001, 0.995))
    return kind(alpha=alpha, learn_alpha=draw(LEARNING), **decays, **shared)


@st.composite
def networks(draw: st.DrawFn, max_size: int = 6) -> Network:
    """Draw a network of 1 to 4 layers with any neurons."""
    shape = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    layers = [
        {
            "size": draw(st.integers(1, max_size)),
            "bias": draw(st.booleans()),
            "neuron": draw(neurons()).model_dump(mode="json"),
        }
        for _ in range(draw(st.integers(1, 4)))
    ]
    return parse(Network, {"input": {"shape": shape}, "layers": layers})


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    """Draw a recipe."""
    return Training(
        dataset=draw(st.sampled_from(["digits", "mnist"])),
        num_steps=draw(st.integers(1, 30)),
        epochs=draw(st.integers(1, 3)),
        learning_rate=draw(st.floats(1e-5, 0.1)),
        loss=draw(st.sampled_from(["membrane", "count"])),
        seed=draw(st.integers(0, 2**32 - 1)),
        name=draw(st.sampled_from(["", "first try", "β = .9 über"])),
    )


@st.composite
def trained_networks(draw: st.DrawFn) -> TrainedNetwork:
    """Draw a network with values of any size in its arrays."""
    network = draw(networks())
    tensors = {
        name: draw(npst.arrays(np.float32, shape, elements=WEIGHTS)) for name, shape in tensor_shapes(network).items()
    }
    return TrainedNetwork(network, tensors | fixed_tensors(network), draw(st.none() | trainings()))
