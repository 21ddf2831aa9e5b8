"""NIR files of other programs, written with the package nir, beside what NIR defines: forward Euler, in float64."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from made_networks import made
from torch.nn import functional

from snntrainer3d.engine import build, load_tensors, run
from snntrainer3d.errors import FileFormatError, InputError
from snntrainer3d.exports import from_nir, read_weight_file, to_nir
from snntrainer3d.exports.silence import never_fires
from snntrainer3d.spec import Delta, InputContract, Leaky, Training

nir = pytest.importorskip("nir")
h5py = pytest.importorskip("h5py")
DT_S = 1e-3
STEPS = 15
RANDOM = np.random.default_rng(5)


def graph(*nodes, shape, metadata=None, edges=None):
    """Write nodes in a row, named by their place: n0, n1 …"""
    begin = nir.Input(input_type={"input": np.array(shape)})
    named = {"input": begin, **{f"n{place}": node for place, node in enumerate(nodes)}}
    named["output"] = nir.Output(output_type={"output": np.array([4])})
    pairs = list(pairwise(named)) if edges is None else edges
    out = io.BytesIO()
    unsaid = [name for name, node in named.items() if getattr(node, "input_shape", ()) is None]
    for name in unsaid:
        named[name].input_shape = (0, 0)
    nir.write(out, nir.NIRGraph(nodes=named, edges=pairs, type_check=False, metadata=metadata or {}))
    with h5py.File(out, "r+") as file:  # as programs leave it out that do not know it
        for name in unsaid:
            del file[f"node/nodes/{name}/input_shape"]
            named[name].input_shape = None
    return out.getvalue()


def lif(shape, tau=4e-3, r=1.0, v_threshold=0.2):
    """Neurons of which each has values of its own, around these."""
    spread = RANDOM.uniform(0.9, 1.1, shape)
    zeros = np.zeros(shape)
    return nir.LIF(tau=tau * spread, r=r * np.ones(shape), v_leak=zeros, v_threshold=v_threshold * spread)


def conv(channels, maps, kernel, stride=1, padding=0, shape=None, dilation=1, groups=1):
    weight = RANDOM.normal(0.2, 0.4, (channels, maps, kernel, kernel))
    return nir.Conv2d(shape, weight, stride, padding, dilation, groups, RANDOM.normal(0, 0.1, channels))


def affine(size, inputs):
    return nir.Affine(weight=RANDOM.normal(0.05, 0.3, (size, inputs)), bias=RANDOM.normal(0, 0.1, size))


TWO = {"kernel_size": np.array([2, 2]), "stride": np.array([2, 2]), "padding": np.array([0, 0])}
SUMS, MEANS = nir.SumPool2d(**TWO), nir.AvgPool2d(**TWO)


def defined(nodes, inputs):
    """Compute what NIR defines, one step of DT_S after the other; gives the spikes of the last neurons."""
    states: dict[int, torch.Tensor] = {}
    fired = []
    for _ in range(STEPS):
        x = torch.tensor(inputs, dtype=torch.float64)
        for place, node in enumerate(nodes):
            if isinstance(node, nir.Conv2d):
                weight, bias = torch.tensor(node.weight), torch.tensor(node.bias)
                padding = node.padding if isinstance(node.padding, str) else tuple(int(n) for n in node.padding)
                x = functional.conv2d(x, weight, bias, tuple(int(n) for n in node.stride), padding)
            elif isinstance(node, nir.AvgPool2d | nir.SumPool2d):
                x = functional.avg_pool2d(x, 2) * (4 if isinstance(node, nir.SumPool2d) else 1)
            elif isinstance(node, nir.Flatten):
                x = x.flatten(1)
            elif isinstance(node, nir.Affine):
                x = functional.linear(x.flatten(1), torch.tensor(node.weight), torch.tensor(node.bias))
            else:
                tau = torch.tensor(node.tau) if isinstance(node, nir.LIF) else None
                v = states.get(place, torch.zeros_like(x))
                drive = torch.tensor(node.r) * x
                v = v + (DT_S / tau * (drive - v) if tau is not None else DT_S * drive)
                spikes = (v > torch.tensor(node.v_threshold)).double()
                states[place] = v * (1 - spikes)
                x = spikes
        fired.append(x)
    return torch.stack(fired)


def here(trained, inputs):
    module = build(trained.network)
    load_tensors(module, trained)
    with torch.no_grad():
        return run(module, torch.tensor(inputs, dtype=torch.float32), STEPS).spikes[-1]


FLAT = nir.Flatten(input_type={"input": np.array([3, 4, 4])}, start_dim=0)
FLAT_WITH_BATCH = nir.Flatten(input_type={"input": np.array([3, 4, 4])}, start_dim=1)
CASES = {
    "stride and padding as numbers": [conv(3, 1, 3, 2, 1), lif((3, 4, 4)), FLAT, affine(4, 48), lif((4,))],
    "stride and padding as pairs": [conv(3, 1, 3, (2, 2), (1, 1)), lif((3, 4, 4)), FLAT, affine(4, 48), lif((4,))],
    "same padding": [conv(3, 1, 3, 1, "same"), lif((3, 8, 8)), MEANS, FLAT, affine(4, 48), lif((4,))],
    "valid padding": [conv(3, 1, 5, 1, "valid"), lif((3, 4, 4)), FLAT_WITH_BATCH, affine(4, 48), lif((4,))],
    "sums before weights": [conv(3, 1, 3, 1, "same"), lif((3, 8, 8)), SUMS, FLAT, affine(4, 48), lif((4,), r=0.5)],
    "sums before neurons": [conv(3, 1, 3, 1, "same"), SUMS, lif((3, 4, 4)), FLAT, affine(4, 48), lif((4,))],
    "neurons after flattening": [conv(3, 1, 5), FLAT, lif((48,)), affine(4, 48), lif((4,))],
    "two convolutions": [conv(2, 1, 3), lif((2, 6, 6)), conv(3, 2, 3), lif((3, 4, 4)), FLAT, affine(4, 48), lif((4,))],
    "integrate and fire": [
        conv(3, 1, 5), nir.IF(r=np.full((3, 4, 4), 60.0), v_threshold=np.full((3, 4, 4), 0.3)), FLAT,
        affine(4, 48), lif((4,), v_threshold=0.8),
    ],
    "gains of each neuron": [
        conv(3, 1, 5),
        nir.LIF(tau=np.full((3, 4, 4), 4e-3), r=RANDOM.uniform(0.5, 2, (3, 4, 4)), v_leak=np.zeros((3, 4, 4)),
                v_threshold=np.full((3, 4, 4), 0.2)), FLAT, affine(4, 48), lif((4,)),
    ],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_maps_of_other_programs_compute_what_nir_defines(name):
    inputs = RANDOM.uniform(0, 1, (25, 1, 8, 8))
    wanted = defined(CASES[name], inputs)
    found = read_weight_file(graph(*CASES[name], shape=(1, 8, 8)), dt_s=DT_S)
    assert 50 < wanted.sum() < wanted.numel() - 50
    assert torch.equal(here(found.trained, inputs).double(), wanted)
    assert any("reset to zero" in notice for notice in found.notices)


@pytest.mark.slow
def test_the_shape_of_the_input_may_stand_at_the_convolution_alone():
    nodes = [conv(3, 1, 5, shape=(8, 8)), lif((3, 4, 4)), FLAT, affine(4, 48), lif((4,))]
    assert from_nir(graph(*nodes, shape=(64,)), DT_S).trained.network.input.shape == (1, 8, 8)
    assert from_nir(graph(*nodes, shape=(8, 8)), DT_S).trained.network.input.shape == (1, 8, 8)


@pytest.mark.slow
def test_values_of_each_map_are_of_all_its_neurons():
    cell = nir.LIF(
        tau=np.full((3, 1, 1), 4e-3), r=np.ones((3, 1, 1)), v_leak=np.zeros((3, 1, 1)),
        v_threshold=np.array([0.2, 0.3, 0.4]).reshape(3, 1, 1),
    )  # fmt: skip
    found = from_nir(graph(conv(3, 1, 5), cell, FLAT, affine(4, 48), lif((4,)), shape=(1, 8, 8)), DT_S).trained
    threshold = found.tensors["layers.0.neuron.threshold"]
    assert threshold.shape == (3, 4, 4)
    assert threshold[:, 2, 3].tolist() == pytest.approx([0.2, 0.3, 0.4])


END = [FLAT, affine(4, 48), lif((4,))]
REFUSED = {
    "nodes.n0": [nir.Conv1d(8, np.ones((2, 1, 3)), 1, 0, 1, 1, np.zeros(2)), *END],
    "nodes.n0.groups": [conv(2, 1, 5, groups=2), lif((3, 4, 4)), *END],
    "nodes.n0.dilation": [conv(3, 1, 3, dilation=2), lif((3, 4, 4)), *END],
    "nodes.n0.stride": [conv(3, 1, 3, stride=(1, 2)), lif((3, 4, 4)), *END],
    "nodes.n0.padding": [conv(3, 1, 4, padding="same"), lif((3, 8, 8)), *END],
    "nodes.n0.weight": [
        nir.Conv2d(None, np.ones((3, 1, 3, 5)), 1, 0, 1, 1, np.zeros(3)), lif((3, 6, 4)), *END
    ],
    "nodes.n2.padding": [
        conv(3, 1, 5), lif((3, 4, 4)),
        nir.AvgPool2d(kernel_size=np.array([2, 2]), stride=np.array([2, 2]), padding=np.array([1, 1])), *END,
    ],
    "nodes.n2": [conv(3, 1, 5), lif((3, 4, 4)), nir.Flatten({"input": np.array([3, 4, 4])}, 0, 1), *END[1:]],
    "nodes.n1.tau": [conv(3, 1, 5), lif((7,)), *END],
    "nodes.n3.weight": [conv(3, 1, 5), lif((3, 4, 4)), FLAT, affine(4, 40), lif((4,))],
    "nodes": [conv(4, 1, 8), lif((4, 1, 1))],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", REFUSED)
def test_what_has_no_counterpart_is_refused_by_its_name(path):
    with pytest.raises(FileFormatError) as told:
        from_nir(graph(*REFUSED[path], shape=(1, 8, 8)), DT_S)
    assert path in [fault.path for fault in told.value.faults]


@pytest.mark.slow
def test_an_edge_that_stands_twice_counts_double_and_is_refused():
    names = ["input", "n0", "n1", "output"]
    edges = [*pairwise(names), ("n0", "n1")]
    with pytest.raises(FileFormatError, match="counts double"):
        from_nir(graph(affine(4, 6), lif((4,)), shape=(6,), edges=edges), DT_S)


@pytest.mark.slow
def test_gains_are_told_as_ranges_and_the_reset_as_assumed():
    cell = nir.LIF(tau=np.full(4, 1e-3), r=np.array([0.5, 1.0, 1.5, 2.0]), v_leak=np.zeros(4), v_threshold=np.ones(4))
    notices = from_nir(graph(affine(4, 6), cell, shape=(6,)), DT_S).notices
    assert any("gains of 0.5 to 2 were multiplied into the weights" in notice for notice in notices)
    assert any("assumed to reset to zero" in notice for notice in notices)
    assert not any("time step" in notice for notice in notices), "it was given"


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["subtract", "zero", "none"])
def test_a_reset_that_the_metadata_says_counts_and_is_told(reset):
    found = from_nir(graph(affine(4, 6), lif((4,)), shape=(6,), metadata={"reset": reset, "dt": DT_S}))
    assert found.trained.network.output.neuron.reset == reset
    assert any("metadata says" in notice for notice in found.notices)


@pytest.mark.slow
def test_a_network_that_never_spikes_is_told():
    quiet = nir.LIF(tau=np.full(4, 1e-2), r=np.full(4, 1e-3), v_leak=np.zeros(4), v_threshold=np.ones(4))
    raw = graph(affine(4, 6), quiet, shape=(6,))
    told = [notice for notice in read_weight_file(raw, dt_s=DT_S).notices if "never spikes" in notice]
    assert told
    assert told[0].startswith("layers[0]")
    assert here(from_nir(raw, DT_S).trained, np.ones((2, 6))).sum() == 0
    loud = graph(affine(4, 6), lif((4,)), shape=(6,))
    assert not [notice for notice in read_weight_file(loud, dt_s=DT_S).notices if "never spikes" in notice]


def test_a_network_whose_inputs_are_not_0_to_1_is_not_said_to_be_silent():
    plain = made(Leaky(threshold=1e3), sizes=(6, 5, 4))
    assert never_fires(replace(plain, inputs=None, training=Training()))
    assert not never_fires(replace(plain, inputs=None, training=Training(pixels="standardised")))
    assert not never_fires(
        replace(plain, inputs=None, training=Training(coding=Delta(), dataset="mnist-events-simulated"))
    )
    assert not never_fires(replace(plain, inputs=InputContract(mean=0.1, deviation=0.3)))
    assert never_fires(replace(plain, inputs=InputContract()))


@pytest.mark.slow
def test_nodes_that_were_changed_after_we_wrote_them_count(tmp_path):
    original = made(Leaky(reset="zero"), sizes=(6, 5, 4))
    path = tmp_path / "changed.nir"
    path.write_bytes(to_nir(original))
    with h5py.File(path, "r+") as file:
        file["node/nodes/lif2/r"][...] *= 2
    found = from_nir(path.read_bytes())
    assert any("were changed" in notice for notice in found.notices)
    assert np.allclose(found.trained.tensors["layers.1.weight"], 2 * original.tensors["layers.1.weight"], rtol=1e-5)


@pytest.mark.parametrize("step", [0.0, -1e-3, float("nan"), 1e4])
def test_a_time_step_that_is_none_is_refused(step):
    with pytest.raises(InputError, match="expected seconds"):
        from_nir(b"\x89HDF", step)
