"""What hypothesis draws from: the networks that feed the tests of every room."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from snntrainer3d.data import Dataset, DatasetInfo, Split, input_shape, with_contract
from snntrainer3d.spec import (
    NEURONS,
    RECURRENT,
    Adaptive,
    Atan,
    Delta,
    Direct,
    FastSigmoid,
    Integrator,
    Izhikevich,
    Lapicque,
    Latency,
    Leaky,
    Network,
    Neuron,
    OwnNeuron,
    OwnSurrogate,
    Population,
    Rate,
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
from snntrainer3d.spec.codings import IN_0_TO_1
from snntrainer3d.spec.neurons.parts import SpikingPart

FRACTIONS = st.floats(0.01, 0.99)
LEARNING = st.sampled_from(["fixed", "shared", "per_neuron"])
SURROGATES = st.sampled_from([
    Atan, FastSigmoid, Sigmoid, SpikeRateEscape, StraightThrough, Triangular,
    lambda: OwnSurrogate(derivative="1 / (1 + abs(width * z))**2", parameters={"width": 2.0}),
])  # fmt: skip
OWN = (
    {
        "title": "Leaky with its reset at once",
        "states": {"v": 0.0},
        "step": ["v = leak * v + (1 - leak) * x", "out = spike(v - theta)", "v = where(out > 0.5, v_rest, v)"],
        "parameters": {"leak": 0.9, "theta": 0.3, "v_rest": -0.1},
        "threshold": "theta",
    },
    {
        "title": "Current and threshold that adapts",
        "inputs": ["current"],
        "states": {"x": "rest", "g": 0.0, "fired": 0.0},
        "step": [
            "last = detach(fired)",
            "g = 0.6 * g + 0.4 * current",
            "x = decay * (x - rest) + rest + g - last * (threshold + 0.5 * g)",
            "out = spike(x - threshold)",
            "fired = out",
        ],
        "parameters": {"decay": 0.8, "rest": 0.05, "threshold": 0.7},
    },
    {
        "title": "Quadratic, in sub-steps",
        "states": {"w": 0.0, "v": "-0.2"},
        "membrane": "v",
        "step": [
            "v = clip(v + dt * 1000 * rate * (v * v + x - w), -2, 5)",
            "w += dt * 1000 * (b * v - w)",
            "out = spike(v - peak)",
            "v = where(v > peak, -1, v)",
        ],
        "parameters": {"rate": 0.5, "b": 0.2, "peak": 1.5},
        "substeps": 3,
        "time_step_s": 0.001,
    },
)
"""Own neurons, to be drawn with other values."""
WEIGHTS = st.floats(width=32, allow_nan=False, allow_infinity=False)
"""Every finite float32, subnormal ones and −0 too."""


@st.composite
def neurons(draw: st.DrawFn) -> Neuron:
    """Draw a neuron of any kind that spikes, with any legal values."""
    shared = {
        "threshold": draw(st.floats(0.01, 10.0)),
        "learn_threshold": draw(LEARNING),
        "reset": draw(st.sampled_from(["subtract", "zero", "none"])),
        "surrogate": draw(SURROGATES)(),
    }
    decays = {"beta": draw(FRACTIONS), "learn_beta": draw(LEARNING)}
    kind = draw(st.sampled_from([OwnNeuron, *(model for model in NEURONS if not model.never_spikes)]))
    if kind is Izhikevich:
        return draw(_izhikevich())
    if kind is OwnNeuron:
        return draw(own_neurons())
    if kind is Lapicque and draw(st.booleans()):
        return Lapicque(resistance_ohm=5.0, capacitance_f=draw(st.floats(0.3, 3.0)), **shared)
    if not issubclass(kind, SpikingPart):
        return draw(_other(kind))
    delay = {"reset_delay": draw(st.integers(0, 3)) > 0} if kind in (Leaky, Synaptic) else {}
    if kind in (Leaky, Lapicque):
        return kind(**decays, **shared, **delay)
    if kind is Adaptive:
        adaptation = {"adaptation": draw(st.floats(0.0, 3.0)), "learn_adaptation": draw(LEARNING)}
        return Adaptive(rho=draw(FRACTIONS), learn_rho=draw(LEARNING), **adaptation, **decays, **shared)
    alpha = draw(FRACTIONS) if kind is Synaptic else draw(st.floats(decays["beta"] + 0.001, 0.995))
    return kind(alpha=alpha, learn_alpha=draw(LEARNING), **decays, **shared, **delay)


@st.composite
def own_neurons(draw: st.DrawFn) -> OwnNeuron:
    """Draw an own neuron, each of its values learned in some way or not."""
    chosen = draw(st.sampled_from(OWN))
    named = {
        name: {"value": value * draw(st.floats(0.8, 1.2)), "low": -10.0, "high": 10.0, "learn": draw(LEARNING)}
        for name, value in chosen["parameters"].items()
    }
    return OwnNeuron(**{**chosen, "parameters": named}, surrogate=draw(SURROGATES)())


@st.composite
def _izhikevich(draw: st.DrawFn) -> Izhikevich:
    cell = Izhikevich.patterns[draw(st.sampled_from(sorted(Izhikevich.patterns)))]
    learned = {f"learn_{name}": draw(LEARNING) for name in ("a", "b", "c", "d", "threshold")}
    scale = {"time_step_ms": draw(st.floats(0.1, 1.0)), "input_gain": draw(st.floats(1.0, 50.0))}
    return Izhikevich(**cell, **learned, **scale, surrogate=draw(SURROGATES)())


@st.composite
def _other(draw: st.DrawFn, kind: type[Neuron]) -> Neuron:
    """Draw what is learned of a neuron whose other values go together."""
    return kind(**{f"learn_{name}": draw(LEARNING) for name in kind.learnable()}, surrogate=draw(SURROGATES)())


def networks(max_size: int = 6) -> st.SearchStrategy[Network]:
    """Draw a network of any kind: dense, convolutional, recurrent."""
    return st.one_of(dense_networks(max_size), map_networks(max_size), recurrent_networks(max_size))


@st.composite
def dense_networks(draw: st.DrawFn, max_size: int = 6) -> Network:
    """Draw a network of 1 to 4 dense layers with any neurons, now and then integrators for the output."""
    shape = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    layers = [
        {
            "size": draw(st.integers(1, max_size)),
            "bias": draw(st.booleans()),
            "neuron": draw(neurons()).model_dump(mode="json"),
        }
        for _ in range(draw(st.integers(1, 4)))
    ]
    if draw(st.integers(0, 3)) == 0:
        output = Integrator(beta=draw(FRACTIONS), learn_beta=draw(LEARNING))
        layers[-1] |= {"neuron": output.model_dump(mode="json")}
    return parse(Network, {"input": {"shape": shape}, "layers": layers})


@st.composite
def map_networks(draw: st.DrawFn, max_size: int = 6) -> Network:
    """Draw a convolution, then any of pooling, normalisation, dropout, a second one; flattened into a dense end."""
    shape = [draw(st.integers(1, 2)), draw(st.integers(5, 7)), draw(st.integers(5, 7))]
    some = st.booleans()
    first = {"kind": "conv2d", "channels": draw(st.integers(1, 3)), "kernel": draw(st.integers(1, 3))}
    first |= {"stride": draw(st.integers(1, 2)), "padding": 0, "bias": draw(some)}
    layers = [first | {"neuron": draw(st.none() | planned_neurons())}]
    if draw(some):
        layers.append({"kind": "batch_norm", "neuron": draw(st.none() | planned_neurons())})
    if draw(some):
        kind = draw(st.sampled_from(["avg_pool", "max_pool"]))
        layers.append({"kind": kind, "kernel": 2, "stride": 1, "neuron": draw(st.none() | planned_neurons())})
    if draw(some):
        layers.append({"kind": "dropout", "share": draw(st.floats(0.0, 0.6))})
    if draw(some):
        layers.append({"kind": "conv2d", "channels": 2, "kernel": 3, "padding": 2, "neuron": draw(planned_neurons())})
    last = draw(dense_networks(max_size)).model_dump(mode="json")["layers"]
    return parse(Network, {"input": {"shape": shape}, "layers": [*layers, {"kind": "flatten"}, *last]})


@st.composite
def recurrent_networks(draw: st.DrawFn, max_size: int = 6) -> Network:
    """Draw a recurrent layer of either feedback, alone or before dense ones."""
    neuron = draw(neurons().filter(lambda one: type(one) in (OwnNeuron, *RECURRENT))).model_dump(mode="json")
    feedback = draw(st.sampled_from(["all_to_all", "one_to_one"]))
    first = {"kind": "recurrent", "size": draw(st.integers(1, max_size)), "feedback": feedback}
    first |= {"bias": draw(st.booleans()), "neuron": neuron}
    last = draw(dense_networks(max_size)).model_dump(mode="json")["layers"] if draw(st.booleans()) else []
    return parse(Network, {"input": {"shape": [draw(st.integers(1, max_size))]}, "layers": [first, *last]})


def planned_neurons() -> st.SearchStrategy[dict[str, object]]:
    """Draw a neuron as the plain values of its document."""
    return neurons().map(lambda neuron: neuron.model_dump(mode="json"))


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
def recipes(draw: st.DrawFn, timed: bool) -> Training:
    """Draw how samples that hold still, or are frames over time, are fed and how outputs are read."""
    kinds = [Direct, Rate, Population, *([Delta] if timed else [Latency])]
    coding = {
        Direct: st.builds(Direct),
        Rate: st.builds(Rate, gain=st.sampled_from([0.5, 1.0, 3.0])),
        Population: st.builds(Population, neurons=st.integers(2, 4), width=st.sampled_from([0.5, 1.0])),
        Delta: st.builds(Delta, threshold=st.sampled_from([0.1, 0.4]), off_spikes=st.booleans()),
        Latency: st.builds(
            Latency, scale=st.sampled_from(["linear", "logarithmic"]), threshold=st.sampled_from([0.01, 0.3])
        ),
    }[draw(st.sampled_from(kinds))]
    coding = draw(coding)
    unit = coding.kind in IN_0_TO_1 or draw(st.booleans())
    loss = draw(st.sampled_from(["count", "rate_mse", "membrane", "rate", "max_membrane", "first_spike"]))
    steps = draw(st.integers(4, 9))
    return Training(
        dataset="own-drawn",
        pixels="unit" if unit else "standardised",
        coding=coding,
        num_steps=steps,
        loss=loss,
        population=draw(st.integers(1, 3)) if loss in ("count", "rate_mse") else 1,
        read_last_steps=draw(st.none() | st.integers(1, steps)),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


@st.composite
def fed_networks(draw: st.DrawFn) -> tuple[TrainedNetwork, Dataset]:
    """Draw a network that spikes, the recipe that it was trained with, and samples as they are stored."""
    kind = draw(st.sampled_from(["dense", "conv2d", "recurrent"]))
    timed = draw(st.booleans())
    recipe = draw(recipes(timed))
    shape = (draw(st.integers(1, 2)), 5, 5) if kind == "conv2d" else (draw(st.integers(2, 6)),)
    classes = draw(st.integers(2, 4))
    dataset = _stored(draw, shape, draw(st.integers(2, 4)) if timed else 0, classes)
    neuron = neurons().filter(_is_written_as_code)
    first = {"kind": kind, "size": 6, "neuron": draw(neuron).model_dump(mode="json"), "bias": draw(st.booleans())}
    if kind == "conv2d":
        del first["size"]
        first |= {"channels": 2, "kernel": 3}
    if kind == "recurrent":
        cell = draw(neuron.filter(lambda one: type(one) in (OwnNeuron, *RECURRENT)))
        first |= {
            "neuron": cell.model_dump(mode="json"),
            "feedback": draw(st.sampled_from(["all_to_all", "one_to_one"])),
        }
    between = []
    if kind == "conv2d":
        pools = st.sampled_from([[], [{"kind": "avg_pool", "neuron": None}], [{"kind": "max_pool", "neuron": None}]])
        between = [*draw(pools), {"kind": "flatten"}]
    last = {"size": classes * recipe.population, "neuron": draw(neuron).model_dump(mode="json")}
    document = {"input": {"shape": input_shape(dataset.info, recipe.coding)}, "layers": [first, *between, last]}
    network = parse(Network, document)
    chance = np.random.default_rng(draw(st.integers(0, 999)))
    tensors = {name: _spiking(name, shape, chance) for name, shape in tensor_shapes(network).items()}
    trained = TrainedNetwork(network, tensors | fixed_tensors(network), recipe)
    return with_contract(trained, dataset), dataset


def _is_written_as_code(neuron: Neuron) -> bool:
    """Tell whether its float32 is exact enough to be compared."""
    kind = getattr(neuron, "kind", "")
    near = kind == "alpha" and neuron.alpha - neuron.beta < 0.1  # their difference divides
    return isinstance(neuron, SpikingPart | OwnNeuron) and not near and neuron.threshold_value() > 0.3


def _spiking(name: str, shape: tuple[int, ...], chance: np.random.Generator) -> np.ndarray:
    low, high = {"alpha": (0.9, 0.97), "beta": (0.5, 0.8), "threshold": (0.5, 1.5), "rho": (0.8, 0.99)}.get(
        name.split(".")[-1], (0.1, 0.9)
    )
    found = chance.uniform(low, high, shape) if ".neuron." in name else chance.normal(0.2, 0.7, shape)
    return np.asarray(found, np.float32)


def _stored(draw: st.DrawFn, shape: tuple[int, ...], frames: int, classes: int) -> Dataset:
    """Draw a data set of whole numbers or of floats."""
    chance = np.random.default_rng(draw(st.integers(0, 999)))
    each = (frames, *shape) if frames else shape
    highest, kind = draw(st.sampled_from([(255, np.uint8), (16, np.uint8), (1, np.float32), (4, np.float32)]))
    values = chance.random((24, *each)) * highest
    values = (np.rint(values) if kind is np.uint8 else values).astype(kind)
    labels = np.arange(24) % classes
    parts = [Split(values[chosen], labels[chosen]) for chosen in (slice(0, 12), slice(12, None))]
    names = tuple(f"class {label}" for label in range(classes))
    about = {"licence": "", "source": "", "summary": "", "frames": frames}
    info = DatasetInfo("own-drawn", "Drawn", shape, classes, names, 12, 12, **about)
    return Dataset(info, *parts, 1 / highest)


@st.composite
def trained_networks(draw: st.DrawFn) -> TrainedNetwork:
    """Draw a network with values of any size in its arrays."""
    network = draw(networks())
    tensors = {
        name: draw(npst.arrays(np.float32, shape, elements=WEIGHTS)) for name, shape in tensor_shapes(network).items()
    }
    tensors |= {name: abs(array) for name, array in tensors.items() if name.endswith(".running_var")}
    return TrainedNetwork(network, tensors | fixed_tensors(network), draw(st.none() | trainings()))
