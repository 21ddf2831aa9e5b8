"""NPZ, the paper's JSON and NIR: written, read back, refused with the reason."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from made_networks import NEURONS, made

from snntrainer3d.apart import npz as npz_arrays
from snntrainer3d.apart import read_hdf5
from snntrainer3d.errors import FileFormatError, InputError, LimitError, MismatchError
from snntrainer3d.exports import (
    FORMS,
    form_of,
    from_nir,
    packed,
    prove_files,
    read_weight_file,
    to_nir,
    to_npz,
    to_paper_json,
)
from snntrainer3d.spec import Alpha, Lapicque, Leaky, Network, Synaptic, TrainedNetwork

WITHOUT_LEARNED = [name for name in NEURONS if "learned" not in name]
WITH_A_NODE = [name for name in NEURONS if not name.startswith("alpha")]


def assert_equal(first: TrainedNetwork, second: TrainedNetwork) -> None:
    assert first.network == second.network
    assert set(first.tensors) == set(second.tensors)
    for name, array in first.tensors.items():
        assert np.array_equal(array, second.tensors[name]), name


@pytest.mark.parametrize("neuron", WITHOUT_LEARNED)
def test_the_papers_form_keeps_every_weight(neuron):
    original = made(NEURONS[neuron])
    found = read_weight_file(to_paper_json(original))
    assert found.form == "paper"
    again = found.trained
    assert [layer.neuron.kind for layer in again.network.layers] == [
        layer.neuron.kind for layer in original.network.layers
    ]
    for name in ("layers.0.weight", "layers.1.bias", "layers.0.neuron.threshold"):
        assert np.array_equal(again.tensors[name], original.tensors[name])
    for before, after in zip(original.network.layers, again.network.layers, strict=True):
        assert after.neuron.reset == before.neuron.reset
        if not before.neuron.no_circuit:
            told, kept = (one.neuron.decay_and_gain(np.array(one.neuron.said("beta"))) for one in (before, after))
            np.testing.assert_allclose(kept, told, rtol=1e-6)


def test_the_papers_form_has_the_fields_its_program_writes():
    document = json.loads(to_paper_json(made(Lapicque(beta=0.95))))
    assert document["parameters"] == {
        "neuron_type": "Lapique",
        "num_inputs": 64,
        "hidden_layers": [30],
        "num_outputs": 10,
        "hyperparameters": {"beta": 0.95},
    }
    assert {name for name in document["weights"] if name.startswith("lifs.0")} == {
        f"lifs.0.{name}" for name in
        ("threshold", "graded_spikes_factor", "reset_mechanism_val", "beta", "time_step", "R", "C")
    }  # fmt: skip
    # The number that the paper's own files hold for beta .95.
    assert document["weights"]["lifs.0.C"]["data"] == pytest.approx(19.495712280273438, rel=1e-6)


@pytest.mark.parametrize(
    ("trained", "path"),
    [
        (made(Leaky(), bias=False), "network.layers[0].bias"),
        (made(Leaky(), Leaky(beta=0.5)), "network.layers[1].neuron"),
        (made(Leaky(), Synaptic()), "network.layers[1].neuron"),
        (made(Leaky(learn_threshold="shared")), "network.layers[0].neuron.learn_threshold"),
    ],
)
def test_what_the_papers_form_cannot_hold_is_refused_at_its_place(trained, path):
    with pytest.raises(MismatchError) as told:
        to_paper_json(trained)
    assert path in [fault.path for fault in told.value.faults]


@pytest.mark.slow
@pytest.mark.parametrize("neuron", WITH_A_NODE)
def test_nir_comes_back_exactly_for_every_reset(neuron):
    original = made(NEURONS[neuron])
    found = from_nir(to_nir(original))
    assert found.notices == ()
    assert found.trained.training == original.training
    assert_equal(original, found.trained)


@pytest.mark.slow
def test_nir_read_as_any_other_program_would_is_exact_for_zero_reset():
    """A reset to zero one step later gives the spikes of a reset at once: the membrane is not used in between."""
    original = made(Leaky(reset="zero", learn_beta="per_neuron"))
    found = from_nir(to_nir(original), dt_s=1e-4)
    neuron = found.trained.network.output.neuron
    assert (neuron.reset, neuron.learn_beta, neuron.learn_threshold) == ("zero", "per_neuron", "fixed")
    assert np.array_equal(found.trained.tensors["layers.0.neuron.beta"], original.tensors["layers.0.neuron.beta"])
    run = form_of("safetensors")
    proof = prove_files(run, original, run.write(replace(found.trained, training=original.training), "x"))
    assert (proof.spikes_differ, proof.largest_membrane_error) == (0, 0.0)
    assert proof.spikes > 1000


@pytest.mark.slow
def test_nir_read_as_any_other_program_would_is_exact_for_synapses_that_reset_within_the_step():
    original = made(Synaptic(reset="zero", reset_delay=False))
    found = from_nir(to_nir(original), dt_s=1e-4)
    assert found.trained.network.output.neuron.reset_delay is False
    run = form_of("safetensors")
    proof = prove_files(run, original, run.write(replace(found.trained, training=original.training), "x"))
    assert proof.spikes_differ == 0
    assert proof.spikes > 1000


@pytest.mark.slow
def test_a_gain_of_nir_is_multiplied_into_the_weights_and_told():
    original = made(Lapicque(beta=0.6))
    found = from_nir(to_nir(original), dt_s=1e-4)
    assert any("gain of 0.5108" in notice for notice in found.notices)
    gain = original.network.output.neuron.gain()
    wanted = original.tensors["layers.1.weight"] * np.float32(gain)
    assert np.allclose(found.trained.tensors["layers.1.weight"], wanted, rtol=1e-6)
    assert found.trained.network.output.neuron.beta == pytest.approx(original.network.output.neuron.decay(), rel=1e-6)


def test_alpha_has_no_node_in_nir_and_is_told_why():
    with pytest.raises(MismatchError) as told:
        to_nir(made(Leaky(), Alpha()))
    (fault,) = told.value.faults
    assert fault.path == "network.layers[1].neuron"
    assert "difference of two exponentials" in fault.message
    assert "CubaLIF" in fault.hint


def graph_of(nodes, edges=None):
    import nir

    names = list(nodes)
    pairs = list(pairwise(names)) if edges is None else edges
    out = io.BytesIO()
    nir.write(out, nir.NIRGraph(nodes=nodes, edges=pairs, type_check=False))
    return out.getvalue()


def lif(size=2, **values):
    import nir

    known = {"tau": 1e-3, "r": 10.0, "v_leak": 0.0, "v_reset": 0.0, "v_threshold": 1.0} | values
    return nir.LIF(**{name: np.full(size, value) for name, value in known.items()})


def ends(nir):
    return nir.Input(input_type={"input": np.array([3])}), nir.Output(output_type={"output": np.array([2])})


@pytest.mark.slow
def test_nodes_without_a_counterpart_are_refused_by_name():
    import nir

    begin, end = ends(nir)
    affine = nir.Affine(weight=np.ones((2, 3)), bias=np.zeros(2))
    conv = nir.Conv2d((5, 5), np.ones((2, 1, 3, 3)), 1, 0, 1, 1, np.zeros(2))
    cases = {
        "nodes.sees": {"input": begin, "sees": conv, "a": affine, "l": lif(), "output": end},
        "nodes.l.v_leak": {"input": begin, "a": affine, "l": lif(v_leak=0.2), "output": end},
        "nodes.l.v_reset": {"input": begin, "a": affine, "l": lif(v_reset=-1.0), "output": end},
        "nodes.l.tau": {"input": begin, "a": affine, "l": lif(tau=0.0), "output": end},
        "nodes.b": {"input": begin, "a": affine, "b": affine, "l": lif(), "output": end},
        "nodes.a": {"input": begin, "a": affine, "output": end},
        "nodes.l": {"input": begin, "l": lif(), "output": end},
        "nodes.l.tau ": {"input": begin, "a": affine, "l": lif(tau=np.nan), "output": end},
    }
    for path, nodes in cases.items():
        with pytest.raises(FileFormatError) as told:
            from_nir(graph_of(nodes))
        assert path.strip() in [fault.path for fault in told.value.faults], path


@pytest.mark.slow
def test_a_nir_file_of_another_program_becomes_a_network():
    import nir

    begin, end = ends(nir)
    linear = nir.Linear(weight=np.array([[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]]))
    found = from_nir(graph_of({"input": begin, "w": linear, "cells": lif(), "output": end}))
    network: Network = found.trained.network
    assert (network.title(), network.layers[0].bias) == ("3-2", False)
    assert network.layers[0].neuron.beta == pytest.approx(0.9)
    assert network.layers[0].neuron.reset == "zero"
    assert found.trained.tensors["layers.0.weight"].tolist() == [[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]]
    assert "no time step" in found.notices[0]
    cells = graph_of({"input": begin, "w": linear, "cells": lif(), "output": end})
    with pytest.raises(FileFormatError, match="time constant below the time step") as caught:
        from_nir(cells, dt_s=0.1)
    (fault,) = caught.value.faults
    smaller = re.search(r"--dt-s (\S+) on the command line, dt_s in Python", fault.hint)
    assert smaller is not None
    assert from_nir(cells, dt_s=float(smaller[1])).trained.network.title() == "3-2"


@pytest.mark.slow
def test_hdf5_that_points_elsewhere_claims_too_much_or_takes_too_long_is_refused(tmp_path):
    import h5py

    def made_by(fill):
        path = tmp_path / "x.h5"
        with h5py.File(path, "w") as file:
            fill(file)
        return path.read_bytes()

    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["key"] = np.arange(3)

    def external(file):
        file["node"] = h5py.ExternalLink(str(secret), "/key")

    def huge(file):
        file.create_dataset("node", shape=(10**9,), dtype="f8", chunks=(10**6,), compression="gzip")

    def endless(file):
        group = file.create_group("node")
        group["again"] = group

    for fill, told in ((external, "link to elsewhere"), (huge, "too large"), (endless, "nested too deeply")):
        with pytest.raises(FileFormatError, match=told):
            read_hdf5(made_by(fill))
    with pytest.raises(FileFormatError, match="no NIR graph"):
        from_nir(made_by(lambda file: file.create_dataset("version", data="1")))
    with pytest.raises(LimitError, match="took longer"):
        read_hdf5(made_by(external), limit_s=0.01)


def test_a_missing_package_is_told_with_the_command_that_installs_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nir", None)
    with pytest.raises(InputError, match="nir and h5py") as told:
        to_nir(made(Leaky()))
    assert "pip install" in told.value.hint


def test_an_npz_is_read_by_numpy_alone():
    original = made(Leaky(), sizes=(3, 4, 2))
    with np.load(io.BytesIO(to_npz(original))) as file:
        assert json.loads(str(file["snntrainer3d"]))["network"]["layers"][0]["size"] == 4
        assert np.array_equal(file["layers.0.weight"], original.tensors["layers.0.weight"])


def test_an_npz_that_claims_more_than_it_holds_reserves_nothing():
    def npz(header):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        return out.getvalue()

    huge = b"{'descr': '<f4', 'fortran_order': False, 'shape': (100000000000,), }\n"
    objects = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
    told = {huge: "do not hold", objects: "Python objects", b"__import__('os').system('true')\n": "damaged"}
    for header, why in {**told, b"(" * 5000: "damaged"}.items():
        with pytest.raises(FileFormatError, match=why):
            read_weight_file(npz(header))
    with pytest.raises(LimitError, match="at most 10"):
        npz_arrays.read_npz(npz(huge), most_bytes=10)
    out = io.BytesIO()
    np.savez(out, a=np.zeros(3))
    with pytest.raises(FileFormatError, match="no spec of its network"):
        read_weight_file(out.getvalue())


@pytest.mark.parametrize("form", ["json", "safetensors", "npz", "paper", pytest.param("nir", marks=pytest.mark.slow)])
def test_every_weight_form_proves_itself(form):
    trained = made(Leaky())
    chosen = form_of(form)
    files = chosen.write(trained, f"net{chosen.ending}")
    proof = prove_files(chosen, trained, files)
    assert (proof.spikes_differ, proof.largest_membrane_error, proof.predictions_agree) == (0, 0.0, 200)
    assert next(iter(files)).endswith(chosen.ending)


def test_several_files_are_packed_one_is_given_as_it_is():
    assert packed({"a": b"1"}) == b"1"
    with zipfile.ZipFile(io.BytesIO(packed({"a": b"1", "b": b"2"}))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a": b"1", "b": b"2"}
    assert all(name == form.name for name, form in FORMS.items())
