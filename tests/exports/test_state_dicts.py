"""State dicts of snnTorch networks, with the architecture stated: read, told of, refused."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import snntorch
import torch
from made_networks import made
from torch import nn

from snntrainer3d.engine import build, load_tensors, run
from snntrainer3d.errors import FileFormatError, InputError, LimitError, MismatchError
from snntrainer3d.exports import from_state_dict, read_modules, read_weight_file, to_json
from snntrainer3d.exports.pt_reading import read_pt
from snntrainer3d.exports.safetensors_file import safetensors_arrays
from snntrainer3d.spec import Lapicque, Leaky, Network, Synaptic, dense_network, parse

MADE = str(Path(tempfile.gettempdir()) / "never-made-by-a-weight-file")
STATED = dense_network((6,), [5], 3, Leaky(beta=0.9))


def theirs(beta=0.9, **options):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 5), snntorch.Leaky(beta=beta, **options), nn.Linear(5, 3), snntorch.Leaky(beta=beta, **options)
    )


def as_npz(state):
    out = io.BytesIO()
    np.savez(out, **{name: value.numpy() for name, value in state.items()})
    return out.getvalue()


def as_safetensors(state):
    return safetensors.numpy.save({name: np.array(value.numpy()) for name, value in state.items()})


def as_pt(state):
    out = io.BytesIO()
    torch.save(state, out)
    return out.getvalue()


def spikes_of(network, inputs):
    states = [torch.zeros(len(inputs), 5), torch.zeros(len(inputs), 3)]
    counts = torch.zeros(len(inputs), 3)
    for _ in range(12):
        hidden, states[0] = network[1](network[0](inputs), states[0])
        fired, states[1] = network[3](network[2](hidden), states[1])
        counts += fired
    return counts


@pytest.mark.parametrize("write", [as_npz, as_safetensors, pytest.param(as_pt, marks=pytest.mark.slow)])
def test_a_network_of_snntorch_computes_the_same_here(write):
    network, inputs = theirs(), torch.rand(30, 6) * 4
    with torch.no_grad():
        wanted = spikes_of(network, inputs)
        found = read_weight_file(write(network.state_dict()), STATED)
        module = build(found.trained.network)
        load_tensors(module, found.trained)
        recorded = run(module, inputs, 12)
    assert found.form == "state_dict"
    assert found.notices == ()
    assert wanted.sum() > 20
    assert torch.equal(recorded.spikes[-1].sum(0), wanted)


def test_what_the_file_says_of_its_neurons_counts_and_is_told():
    network = theirs(beta=0.8, threshold=1.5, reset_mechanism="zero")
    found = read_weight_file(as_npz(network.state_dict()), STATED)
    neuron = found.trained.network.output.neuron
    assert (neuron.beta, neuron.threshold, neuron.reset) == (0.8, 1.5, "zero")
    assert "layers[0].neuron.beta: 0.8 of the file in place of 0.9." in found.notices
    assert any("reset: zero" in notice for notice in found.notices)


def test_values_of_each_neuron_become_learned_ones():
    network = theirs(beta=torch.tensor([0.5, 0.6, 0.7, 0.8, 0.9]))
    state = network.state_dict()
    state["3.beta"] = torch.tensor(0.9)
    found = from_state_dict({name: value.numpy() for name, value in state.items()}, STATED).trained
    assert found.network.layers[0].neuron.learn_beta == "per_neuron"
    assert np.allclose(found.tensors["layers.0.neuron.beta"], [0.5, 0.6, 0.7, 0.8, 0.9])
    assert found.network.layers[1].neuron.learn_beta == "fixed"


def test_states_that_old_releases_kept_are_left_out_and_told():
    state = {name: value.numpy() for name, value in theirs().state_dict().items()}
    state |= {"1.mem": np.zeros((128, 5), np.float32), "3.mem": np.zeros((128, 3), np.float32)}
    (notice,) = from_state_dict(state, STATED).notices
    assert "holds mem" in notice
    assert "snnTorch 0.9 and older" in notice


def test_names_out_of_order_are_put_in_order_by_number_or_shape():
    state = {name: value.numpy() for name, value in theirs().state_dict().items()}
    turned = dict(reversed(state.items()))
    wanted = from_state_dict(state, STATED).trained
    found = from_state_dict(turned, STATED).trained
    named = {name.replace("0.", "z_in.").replace("2.", "a_out."): value for name, value in state.items()
             if name[0] in "02"}  # fmt: skip
    by_shape = from_state_dict(named, STATED).trained
    for other in (found, by_shape):
        assert np.array_equal(other.tensors["layers.0.weight"], wanted.tensors["layers.0.weight"])
        assert np.array_equal(other.tensors["layers.1.bias"], wanted.tensors["layers.1.bias"])


@pytest.mark.parametrize("neuron", [Synaptic(), Lapicque(beta=0.8), Lapicque(resistance_ohm=5.0, capacitance_f=1.5)])
def test_the_state_dict_of_our_own_module_comes_back(neuron):
    original = made(neuron, sizes=(4, 3, 2))
    module = build(original.network)
    load_tensors(module, original)
    state = {name: value.numpy() for name, value in module.state_dict().items()}
    found = from_state_dict(state, original.network)
    assert found.trained.network == original.network
    for name, array in original.tensors.items():
        assert np.array_equal(found.trained.tensors[name], array), name


def changed(**entries):
    state = {name: value.numpy() for name, value in theirs().state_dict().items()}
    for name, value in entries.items():
        key = name.replace("__", ".").lstrip("_")
        if value is None:
            del state[key]
        else:
            state[key] = value
    return state


@pytest.mark.parametrize(
    ("state", "error", "path"),
    [
        (changed(_0__bias=None), MismatchError, "0.bias"),
        (changed(_0__weight=np.zeros((4, 6), np.float32)), MismatchError, "layers.0.weight"),
        (changed(_2__weight=None, _2__bias=None), MismatchError, "state_dict"),
        (changed(_1__beta=np.zeros(4, np.float32)), MismatchError, "1.beta"),
        (changed(_0__weight=np.zeros((5, 1, 3, 3), np.float32)), MismatchError, "layers.0.weight"),
        (changed(_4__running_mean=np.zeros(3, np.float32)), FileFormatError, "4.weight"),
        (changed(_0__kernel=np.zeros((6, 5), np.float32)), FileFormatError, "0.kernel"),
        (changed(_1__reset_mechanism_val=np.float32(7)), FileFormatError, "1.reset_mechanism_val"),
        (changed(_1__graded_spikes_factor=np.float32(2.0)), FileFormatError, "1.graded_spikes_factor"),
        (changed(_0__weight=np.full((5, 6), np.nan, np.float32)), MismatchError, "layers.0.weight"),
    ],
)
def test_every_fault_is_named(state, error, path):
    with pytest.raises(error) as told:
        from_state_dict(state, STATED)
    assert path in [fault.path for fault in told.value.faults]


def test_without_an_architecture_it_is_refused_with_the_way_to_state_one():
    for write in (as_npz, as_safetensors, as_pt):
        with pytest.raises(FileFormatError) as told:
            read_weight_file(write(theirs().state_dict()))
        assert "--spec" in str(told.value) or "spec of its network" in str(told.value)


class Evil:
    def __reduce__(self):
        return (open, (MADE, "w"))


@pytest.mark.slow
def test_nothing_of_a_pt_file_is_executed_and_limits_hold():
    with pytest.raises(FileFormatError, match="not read"):
        read_pt(as_pt({"a": Evil()}))
    assert not Path(MADE).exists()
    with pytest.raises(FileFormatError, match="holds more than tensors, such as a whole module") as told:
        read_pt(as_pt(nn.Sequential(nn.Linear(2, 2))))
    assert "weights_only" not in str(told.value)
    with pytest.raises(FileFormatError, match="is no tensor"):
        read_pt(as_pt({"epoch": 3, "state": torch.zeros(2)}))
    with pytest.raises(FileFormatError, match=r"not read|damaged"):
        read_pt(as_pt(theirs().state_dict())[:-300])
    wrapped = read_pt(as_pt({"epoch": 3, "state_dict": theirs().state_dict()}))
    assert wrapped["0.weight"].shape == (5, 6)
    with pytest.raises(LimitError, match="took longer"):
        read_pt(as_pt(theirs().state_dict()), limit_s=0.01)


SQUARE = dense_network((6,), [6, 6], 6, Leaky(beta=0.9))
DECAYS = (0.95, 0.7, 0.4)


def exciting(linear):
    """Give a connection that lets the neurons after it spike a good deal."""
    with torch.no_grad():
        linear.weight.abs_().mul_(1.3)
    return linear


def named(connections, cells, *, order="together"):
    """Three layers of one shape with a decay of its own each, under these names in this order of definition."""
    torch.manual_seed(2)
    parts = [
        ({name: exciting(nn.Linear(6, 6))}, {cell: snntorch.Leaky(beta=beta)})
        for name, cell, beta in zip(connections, cells, DECAYS, strict=True)
    ]
    pairs = [part for pair in parts for part in pair] if order == "together" else [one for one, _ in parts] + [
        one for _, one in parts
    ]  # fmt: skip
    return nn.ModuleDict({name: module for part in pairs for name, module in part.items()})


def loop(connections, cells, modules, inputs):
    """Run a network as its owner would; gives the spikes of the last layer."""
    states = {cell: modules[cell].reset_mem() for cell in cells}
    fired = []
    for _ in range(12):
        signal = inputs
        for name, cell in zip(connections, cells, strict=True):
            signal, states[cell] = modules[cell](modules[name](signal), states[cell])
        fired.append(signal)
    return torch.stack(fired)


def computed(trained, inputs, steps=12):
    module = build(trained.network)
    load_tensors(module, trained)
    with torch.no_grad():
        return run(module, inputs, steps).spikes[-1]


IN_HID_OUT = (("fc_in", "fc_hid", "fc_out"), ("lif_in", "lif_hid", "lif_out"))
NUMBERED = (("fc1", "fc2", "fc10"), ("lif1", "lif2", "lif10"))
BY_POSITION = (("0", "2", "4"), ("1", "3", "5"))
FROM_NOUGHT = (("fc1", "fc2", "fc3"), ("lif0", "lif1", "lif2"))


@pytest.mark.parametrize("order", ["together", "apart"])
@pytest.mark.parametrize("names", [IN_HID_OUT, NUMBERED, BY_POSITION, FROM_NOUGHT], ids=lambda names: names[0][1])
def test_layers_of_one_shape_are_taken_in_their_order_of_definition(names, order):
    modules, inputs = named(*names, order=order), torch.rand(20, 6) * 3
    with torch.no_grad():
        wanted = loop(*names, modules, inputs)
    found = read_weight_file(as_npz(modules.state_dict()), SQUARE)
    assert wanted.sum() > 50
    assert torch.equal(computed(found.trained, inputs), wanted)


@pytest.mark.parametrize("prefix", ["", "module.", "net.encoder."])
@pytest.mark.parametrize("names", [NUMBERED, BY_POSITION, FROM_NOUGHT], ids=lambda names: names[0][1])
def test_a_file_without_order_goes_by_the_numbers_of_its_names(names, prefix):
    modules, inputs = named(*names), torch.rand(20, 6) * 3
    with torch.no_grad():
        wanted = loop(*names, modules, inputs)
    state = {prefix + name: value for name, value in modules.state_dict().items()}
    found = read_weight_file(as_safetensors(state), SQUARE)
    assert torch.equal(computed(found.trained, inputs), wanted)


def in_order_of_names(state):
    return {name: state[name] for name in sorted(state)}


@pytest.mark.slow
@pytest.mark.parametrize("write", [as_safetensors, lambda state: as_npz(in_order_of_names(state))])
def test_where_two_assignments_fit_the_person_is_asked_and_heard(write):
    modules, inputs = named(*IN_HID_OUT), torch.rand(20, 6) * 3
    with torch.no_grad():
        wanted = loop(*IN_HID_OUT, modules, inputs)
    raw = write(modules.state_dict())
    with pytest.raises(MismatchError, match="more than one way") as told:
        read_weight_file(raw, SQUARE)
    assert {fault.path for fault in told.value.faults} >= set(IN_HID_OUT[0])
    assert "--map fc_hid=layers.0" in " ".join(fault.hint for fault in told.value.faults)
    said = {name: f"layers.{index}" for index, name in enumerate(IN_HID_OUT[0])}
    found = read_weight_file(raw, SQUARE, modules=said)
    assert torch.equal(computed(found.trained, inputs), wanted), "neurons go by the names of their connections"
    two = dict(list(said.items())[:2])
    assert torch.equal(computed(read_weight_file(raw, SQUARE, modules=two).trained, inputs), wanted)


def test_the_modules_of_a_file_are_shown_with_the_layers_that_each_can_be():
    state = named(*IN_HID_OUT).state_dict()
    doubtful = {module.name: module for module in read_modules(as_safetensors(state), SQUARE)}
    assert list(doubtful) == sorted(IN_HID_OUT[0]) + sorted(IN_HID_OUT[1])
    connection, neurons = (doubtful[names[0]] for names in IN_HID_OUT)
    assert (connection.sort, connection.shapes["weight"], connection.fits) == ("connections", (6, 6), (0, 1, 2))
    assert (neurons.sort, neurons.shapes["threshold"], neurons.layer) == ("neurons", (), None)
    found = {module.name: module.layer for module in read_modules(as_pt(state), SQUARE)}
    assert found == {name: index for names in IN_HID_OUT for index, name in enumerate(names)}
    assert [module.layer for module in read_modules(as_pt(theirs().state_dict()), STATED)] == [0, 1, 0, 1]
    with pytest.raises(MismatchError, match="of another network"):
        read_modules(as_pt(state), STATED)
    with pytest.raises(InputError, match="says itself"):
        read_modules(to_json(made(Leaky())), STATED)


def test_shapes_tell_connections_apart_and_names_go_with_neurons():
    network = nn.ModuleDict({
        "fc_in": nn.Linear(6, 5), "lif_in": snntorch.Leaky(beta=0.6),
        "fc_hid": nn.Linear(5, 4), "lif_hid": snntorch.Leaky(beta=0.95),
        "fc_out": nn.Linear(4, 3), "lif_out": snntorch.Leaky(beta=0.3),
    })  # fmt: skip
    inputs = torch.rand(20, 6) * 3
    with torch.no_grad():
        wanted = loop(*IN_HID_OUT, network, inputs)
    stated = dense_network((6,), [5, 4], 3, Leaky(beta=0.9))
    for raw in (as_safetensors(network.state_dict()), as_npz(network.state_dict())):
        assert torch.equal(computed(read_weight_file(raw, stated).trained, inputs), wanted)


@pytest.mark.parametrize(
    ("connections", "cells"),
    [
        (("fc2", "fc1", "fc3"), ("lif1", "lif2", "lif3")),
        (("fc_in", "fc_hid", "fc_out"), ("lif_hid", "lif_in", "lif_out")),
    ],
)
def test_names_that_contradict_the_order_of_definition_are_not_guessed_about(connections, cells):
    state = {name: value.numpy() for name, value in named(connections, cells).state_dict().items()}
    with pytest.raises(MismatchError, match="more than one way"):
        from_state_dict(state, SQUARE)
    said = dict(zip((*connections, *cells), (f"layers.{index}" for index in (0, 1, 2) * 2), strict=True))
    found = from_state_dict(state, SQUARE, modules=said).trained
    assert np.array_equal(found.tensors["layers.0.weight"], state[f"{connections[0]}.weight"])
    assert found.tensors["layers.0.neuron.beta"] == np.float32(DECAYS[0])


def test_neurons_with_equal_values_need_no_order():
    state = dict(named(("a", "b", "c"), ("x", "y", "z")).state_dict())
    for cell in "xyz":
        state[f"{cell}.beta"] = torch.tensor(0.5)
    found = read_weight_file(as_safetensors(state), SQUARE, modules={"b": "layers.0", "a": "layers.1"})
    assert np.array_equal(found.trained.tensors["layers.2.weight"], state["c.weight"].numpy())


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"fc": "layers.0"}, "there is no module 'fc'"),
        ({"0": "layers.9"}, "no such place"),
        ({"0": "layer.0"}, "no such place"),
        ({"0": "layers.1"}, "does not have the shape"),
        ({"1": "layers.0", "3": "layers.0"}, "is given to 1 and to 3"),
    ],
)
def test_a_map_that_cannot_be_is_told(said, message):
    with pytest.raises(MismatchError) as told:
        from_state_dict({name: value.numpy() for name, value in theirs().state_dict().items()}, STATED, modules=said)
    assert message in str(told.value)


def test_map_and_time_step_are_for_files_that_need_them():
    with pytest.raises(InputError, match="says itself"):
        read_weight_file(to_json(made(Leaky())), modules={"a": "layers.0"})
    with pytest.raises(InputError, match="only told of NIR"):
        read_weight_file(to_json(made(Leaky())), dt_s=1e-3)


def test_transposed_weights_are_told_as_such():
    state = {name: value.numpy() for name, value in theirs().state_dict().items()}
    with pytest.raises(MismatchError) as told:
        from_state_dict({**state, "0.weight": state["0.weight"].T.copy()}, STATED)
    assert "transposed" in next(fault.hint for fault in told.value.faults if fault.path == "layers.0.weight")


def test_weights_alone_take_the_neurons_as_stated_and_say_so():
    state = {name: value.numpy() for name, value in theirs().state_dict().items() if name[0] in "02"}
    found = from_state_dict(state, STATED)
    assert found.trained.network == STATED
    assert any("holds no values of neurons" in notice for notice in found.notices)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("beta", [1.576, -0.2, [0.5, 1.2, -0.1, 0.9, 1.0]])
def test_decays_outside_their_range_count_as_snntorch_computes_them(beta, learned):
    network, inputs = theirs(), torch.rand(30, 6) * 4
    network[1] = snntorch.Leaky(beta=torch.tensor(beta), learn_beta=learned)
    with torch.no_grad():
        wanted = spikes_of(network, inputs)
    stated = dense_network((6,), [5], 3, Leaky(beta=0.9, learn_beta="shared" if learned else "fixed"))
    found = read_weight_file(as_npz(network.state_dict()), stated)
    assert torch.equal(computed(found.trained, inputs).sum(0), wanted)
    assert any("outside 0 to 1 count as" in notice for notice in found.notices)
    again = read_weight_file(to_json(found.trained))
    assert torch.equal(computed(again.trained, inputs).sum(0), wanted)


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_a_recurrent_layer_is_read_with_the_bias_of_its_feedback(reset):
    torch.manual_seed(3)
    first, last = exciting(nn.Linear(6, 5)), exciting(nn.Linear(5, 3))
    cell = snntorch.RLeaky(beta=0.8, linear_features=5, reset_mechanism=reset)
    out = snntorch.Leaky(beta=0.9)
    inputs, counts = torch.rand(30, 6) * 4, torch.zeros(30, 3)
    spikes, state, end = torch.zeros(30, 5), torch.zeros(30, 5), torch.zeros(30, 3)
    with torch.no_grad():
        for _ in range(12):
            spikes, state = cell(first(inputs), spikes, state)
            fired, end = out(last(spikes), end)
            counts += fired
    document = STATED.model_dump(mode="json")
    document["layers"][0] |= {"kind": "recurrent", "neuron": {"kind": "leaky", "beta": 0.8, "reset": reset}}
    network = nn.ModuleDict({"fc1": first, "rec": cell, "fc2": last, "out": out})
    found = read_weight_file(as_npz(network.state_dict()), parse(Network, document))
    assert counts.sum() > 20
    assert torch.equal(computed(found.trained, inputs).sum(0), counts)
    assert any("recurrent.bias was added" in notice for notice in found.notices)
    with pytest.raises(MismatchError, match="State a recurrent layer"):
        read_weight_file(as_npz(network.state_dict()), STATED)


@pytest.mark.slow
def test_convolutions_and_normalisation_are_read():
    torch.manual_seed(4)
    conv, norm, last = nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Linear(27, 4)
    norm.running_mean.uniform_(-0.1, 0.1)
    norm.running_var.uniform_(0.5, 1.0)
    cell, out = snntorch.Leaky(beta=0.7), snntorch.Leaky(beta=0.9)
    network = nn.Sequential(conv, norm.eval(), cell, nn.MaxPool2d(2), nn.Flatten(), last, out)
    inputs, counts = torch.rand(20, 1, 8, 8) * 4, torch.zeros(20, 4)
    state, end = cell.reset_mem(), out.reset_mem()
    with torch.no_grad():
        for _ in range(10):
            fired, state = cell(norm(conv(inputs)), state)
            spikes, end = out(last(nn.functional.max_pool2d(fired, 2).flatten(1)), end)
            counts += spikes
    leaky = {"kind": "leaky", "beta": 0.9}
    layers = [
        {"kind": "conv2d", "channels": 3, "neuron": None}, {"kind": "batch_norm", "neuron": leaky},
        {"kind": "max_pool"}, {"kind": "flatten"}, {"kind": "dense", "size": 4, "neuron": leaky},
    ]  # fmt: skip
    stated = parse(Network, {"input": {"shape": [1, 8, 8]}, "layers": layers})
    for raw in (as_npz(network.state_dict()), as_safetensors(network.state_dict())):
        found = read_weight_file(raw, stated)
        assert counts.sum() > 20
        assert torch.equal(computed(found.trained, inputs, 10).sum(0), counts)


@pytest.mark.parametrize(
    "cell",
    [
        {"R": 5.0, "C": 1.5, "time_step": 0.5},
        {"beta": 0.8},
        {"beta": 0.8, "learn_beta": True},
    ],
)
def test_a_lapicque_neuron_counts_by_its_circuit(cell):
    network, inputs = theirs(), torch.rand(30, 6) * 9
    network[1] = snntorch.Lapicque(**cell)
    if "learn_beta" in cell:
        with torch.no_grad():
            network[1].beta.fill_(0.3)  # snnTorch goes on computing with the C that it took from .8
    states = [network[1].reset_mem(), network[3].reset_mem()]
    counts = torch.zeros(30, 3)
    with torch.no_grad():
        for _ in range(12):
            hidden, states[0] = network[1](network[0](inputs), states[0])
            fired, states[1] = network[3](network[2](hidden), states[1])
            counts += fired
    layers = [{"size": 5, "neuron": {"kind": "lapicque", "beta": 0.9}}, {"size": 3, "neuron": {"kind": "leaky"}}]
    stated = parse(Network, {"input": {"shape": [6]}, "layers": layers})
    found = read_weight_file(as_npz(network.state_dict()), stated)
    assert counts.sum() > 5
    assert torch.equal(computed(found.trained, inputs).sum(0), counts)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float8_e4m3fn])
def test_a_safetensors_file_of_types_that_numpy_lacks_is_not_called_damaged(kind: torch.dtype) -> None:
    raw = safetensors.torch.save({"fc.weight": torch.zeros(3, 2).to(kind)})
    with pytest.raises(FileFormatError, match="type that is not read, such as bfloat16") as caught:
        safetensors_arrays(raw)
    assert "float32" in caught.value.hint


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_quantized_pt_file_is_told_as_such():
    tensor = torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.qint8)
    for state in ({"fc.weight": tensor}, {"fc._packed_params._packed_params": (tensor, None)}):
        with pytest.raises(FileFormatError, match="is quantized"):
            read_pt(as_pt(state))


@pytest.mark.slow
def test_a_pt_file_of_numpy_arrays_is_told_as_such():
    with pytest.raises(FileFormatError, match="holds arrays of NumPy beside tensors"):
        read_pt(as_pt({"fc.weight": np.ones((2, 2), np.float32)}))


def test_batch_normalisation_that_the_architecture_lacks_is_called_so():
    network = dense_network((3,), [4], 2, Leaky())
    fc1, norm, fc2 = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)
    state = nn.Sequential(fc1, norm, fc2).state_dict()
    with pytest.raises(MismatchError) as caught:
        from_state_dict({name: value.numpy() for name, value in state.items()}, network)
    assert [fault.message for fault in caught.value.faults] == [
        "holds 1 batch normalisation layer, the architecture has 0."
    ]
