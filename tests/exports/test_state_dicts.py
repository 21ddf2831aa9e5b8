"""State dicts of snnTorch networks, with the architecture stated: read, told of, refused."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import snntorch
import torch
from made_networks import made
from torch import nn

from snntrainer3d.engine import build, load_tensors, run
from snntrainer3d.errors import FileFormatError, LimitError, MismatchError
from snntrainer3d.exports import from_state_dict, read_weight_file
from snntrainer3d.exports.pt_reading import read_pt
from snntrainer3d.spec import Lapicque, Leaky, Synaptic, dense_network

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
        (changed(_0__weight=np.zeros((5, 1, 3, 3), np.float32)), FileFormatError, "0.weight"),
        (changed(_4__running_mean=np.zeros(3, np.float32)), FileFormatError, "4.running_mean"),
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
    with pytest.raises(FileFormatError, match="is no tensor"):
        read_pt(as_pt({"epoch": 3, "state": torch.zeros(2)}))
    with pytest.raises(FileFormatError, match=r"not read|damaged"):
        read_pt(as_pt(theirs().state_dict())[:-300])
    wrapped = read_pt(as_pt({"epoch": 3, "state_dict": theirs().state_dict()}))
    assert wrapped["0.weight"].shape == (5, 6)
    with pytest.raises(LimitError, match="took longer"):
        read_pt(as_pt(theirs().state_dict()), limit_s=0.01)
