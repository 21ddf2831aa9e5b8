"""NIR of convolutions: what was written comes back exactly, and what has no node is refused by name."""

from __future__ import annotations

import io

import numpy as np
import pytest
from made_layers import LAYERED, layered

from snntrainer3d.errors import FileFormatError, MismatchError
from snntrainer3d.exports import from_nir, to_nir

nir = pytest.importorskip("nir")
h5py = pytest.importorskip("h5py")
WITH_NODES = ("convolution with neurons", "convolution, stride, padding, without bias", "pooled spikes")
WITHOUT = {
    "pooled currents": "network.layers[1].kind",
    "normalised rows": "network.layers[1].kind",
    "two convolutions of alpha": "network.layers[0].neuron",
    "recurrent leaky, all_to_all, zero": "network.layers[0].kind",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_NODES)
def test_a_convolution_comes_back_exactly(name):
    trained = layered(name)
    raw = to_nir(trained)
    graph = nir.read(io.BytesIO(raw))
    first = LAYERED[name][0]
    assert type(graph.nodes["op1"]).__name__ == "Conv2d"
    assert graph.nodes["op1"].weight.shape[0] == first["channels"]
    found = from_nir(raw)
    assert found.notices == ()
    assert found.trained.network == trained.network
    assert found.trained.training == trained.training
    for key, array in trained.tensors.items():
        assert np.array_equal(found.trained.tensors[key], array), key


@pytest.mark.slow
def test_nodes_that_another_program_changed_count_and_are_told(tmp_path):
    original = layered("convolution with neurons")
    path = tmp_path / "changed.nir"
    path.write_bytes(to_nir(original))
    with h5py.File(path, "r+") as file:
        file["node/nodes/lif1/tau"][...] = 0.5
    found = from_nir(path.read_bytes())
    assert any("were changed" in notice for notice in found.notices)
    assert found.trained.network.layers[0].neuron.beta == pytest.approx(1 - 1e-4 / 0.5)
    with h5py.File(path, "r+") as file:
        file["node/nodes/op1/stride"][...] = 2
    with pytest.raises(FileFormatError, match=r"nodes.lif1.tau: has \d+ values for"):
        from_nir(path.read_bytes())


@pytest.mark.parametrize("name", WITHOUT)
def test_what_has_no_node_is_refused_by_name(name):
    with pytest.raises(MismatchError) as told:
        to_nir(layered(name))
    assert told.value.faults[0].path == WITHOUT[name]
