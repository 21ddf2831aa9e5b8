"""Round trips and every fault of JSON and safetensors."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.data import contract_for, contract_of, load
from snntrainer3d.errors import FileFormatError, InputError, LimitError, MismatchError, NotFoundError
from snntrainer3d.exports import (
    from_json,
    from_safetensors,
    json_weights,
    read_weights,
    to_json,
    to_npz,
    to_safetensors,
)
from snntrainer3d.spec import Readout, Synaptic, TrainedNetwork, Training, dense_network, fixed_tensors, tensor_shapes
from strategies import trained_networks

WRITERS = {"json": to_json, "safetensors": to_safetensors, "npz": to_npz}


def trained(*sizes, seed=0):
    network = dense_network((sizes[0],), sizes[1:-1], sizes[-1], Synaptic(learn_beta="per_neuron"))
    generator = np.random.default_rng(seed)
    tensors = {
        name: generator.normal(0, 0.1, shape).astype(np.float32) for name, shape in tensor_shapes(network).items()
    }
    plain = {name: np.asarray(array) for name, array in tensors.items()}
    return TrainedNetwork(network, plain | fixed_tensors(network), Training(name="one"))


def assert_same(first, second):
    assert first.network == second.network
    assert first.training == second.training
    assert list(first.tensors) == list(second.tensors)
    for name, array in first.tensors.items():
        other = second.tensors[name]
        assert other.dtype == np.float32
        assert other.shape == array.shape
        assert other.flags.writeable
        assert np.array_equal(array.view(np.uint32), other.view(np.uint32)), f"{name} differs in its bits"


@pytest.mark.slow
@pytest.mark.parametrize("form", WRITERS)
def test_every_file_says_how_its_network_is_fed_and_read(form):
    recipe = Training(pixels="standardised", population=2, loss="count", read_last_steps=7, seed=5)
    network = trained(64, 20)
    network = TrainedNetwork(network.network, network.tensors, recipe)
    again = read_weights(WRITERS[form](network))
    assert again.inputs == contract_of(load("digits"), recipe)
    assert again.readout == Readout(population=2, last_steps=7, class_names=tuple("0123456789"))
    assert WRITERS[form](again) == WRITERS[form](network)


def test_a_file_of_version_1_leaves_it_to_its_training():
    document = json.loads(to_json(TrainedNetwork(trained(64, 10).network, trained(64, 10).tensors, Training(seed=3))))
    document["version"] = 1
    del document["input"], document["readout"]
    again = read_weights(json.dumps(document).encode())
    assert (again.inputs, again.readout) == (None, Readout())
    assert contract_for(again).seed == 3


def test_a_faulty_contract_is_told_with_everything_else():
    document = json.loads(GOOD)
    document["input"] = {"num_steps": 0, "deviation": -1}
    document["readout"] = {"output": {"reading": "loudest"}}
    with pytest.raises(FileFormatError) as told:
        read_weights(json.dumps(document).encode())
    assert {fault.path for fault in told.value.faults} == {
        "input.num_steps", "input.deviation", "readout.output.reading",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("form", WRITERS)
def test_any_network_comes_back_bit_for_bit(form):
    @settings(max_examples=12)
    @given(trained_networks())
    def holds(network):
        raw = WRITERS[form](network)
        again = read_weights(raw)
        assert_same(network, again)
        assert WRITERS[form](again) == raw

    holds()


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_is_told_by_its_content_not_by_its_name(form, tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(WRITERS[form](trained(3, 2)))
    assert_same(trained(3, 2), read_weights(path))
    assert_same(trained(3, 2), read_weights(str(path)))


def test_numbers_are_written_short():
    values = np.array([0.9, 0.1, -0.0, 1.0, 1e-30, 16777216.0, 3.4028235e38, 1e-45, 0.95], np.float32)
    text = json.dumps(json_weights.shortest(values).tolist())
    assert text.startswith("[0.9, 0.1, -0.0, 1.0, ")
    assert text.endswith(", 0.95]")


@pytest.mark.slow
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
def test_short_numbers_are_the_same_float32(bits):
    values = np.array(bits, np.uint32).view(np.float32)
    values = values[np.isfinite(values)]
    with np.errstate(over="ignore"):
        again = json_weights.shortest(values).astype(np.float32)
    assert np.array_equal(again.view(np.uint32), values.view(np.uint32))


@pytest.mark.slow
def test_short_numbers_are_nearly_as_short_as_can_be():
    values = np.random.default_rng(0).normal(0, 0.05, 100_000).astype(np.float32)
    ours = sum(len(repr(number)) for number in json_weights.shortest(values).tolist())
    assert ours <= 1.001 * sum(len(np.format_float_positional(number, unique=True)) for number in values)


@pytest.mark.slow
def test_a_large_network_is_written_and_read():
    big = trained(784, 1500, 400, 10)
    for write in WRITERS.values():
        assert_same(big, read_weights(write(big)))


def edited(change, *sizes):
    document = json.loads(to_json(trained(*(sizes or (3, 2)))))
    change(document)
    return json.dumps(document).encode()


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(document):
        for key in path:
            document = document[key]
        document[last] = value

    return change


WEIGHT = ("tensors", "layers.0.weight")


@pytest.mark.parametrize(
    ("change", "error", "path", "told"),
    [
        (put("format", "snntrainer3d/run"), FileFormatError, "format", "its format is 'snntrainer3d/run'"),
        (put("format", None), FileFormatError, "format", "it has no format"),
        (put("version", 3), FileFormatError, "version", "update SNNtrainer3D"),
        (put("version", "1"), FileFormatError, "version", 'version "1"'),
        (put("version", True), FileFormatError, "version", "version true"),
        (put("extra", 1), FileFormatError, "extra", "no field 'extra'"),
        (put("tensors", None), FileFormatError, "tensors", "missing"),
        (put("tensors", [1]), FileFormatError, "tensors", "an object of arrays"),
        (put(*WEIGHT, "type", "float64"), FileFormatError, "tensors.layers.0.weight.type", 'got "float64"'),
        (put(*WEIGHT, "type", ["x" * 1000]), FileFormatError, "tensors.layers.0.weight.type", "expected 'float32'"),
        (put(*WEIGHT, "shape", [3, 2]), FileFormatError, "tensors.layers.0.weight.data", "not of the shape"),
        (put(*WEIGHT, "shape", [2, 10**12]), FileFormatError, "tensors.layers.0.weight.data", "not of the shape"),
        (put(*WEIGHT, "shape", [2, -3]), FileFormatError, "tensors.layers.0.weight.shape", "whole numbers"),
        (put(*WEIGHT, "shape", [1] * 99), FileFormatError, "tensors.layers.0.weight.shape", "at most 8"),
        (put(*WEIGHT, "data", [[1, 2, 3]]), FileFormatError, "tensors.layers.0.weight.data", "not of the shape"),
        (put(*WEIGHT, "data", 5), FileFormatError, "tensors.layers.0.weight.data", "not of the shape"),
        (put(*WEIGHT, "data", 0, 0, "1"), FileFormatError, "tensors.layers.0.weight.data", "not a number"),
        (put(*WEIGHT, "data", 0, 0, True), FileFormatError, "tensors.layers.0.weight.data", "not a number"),
        (put(*WEIGHT, "data", 0, 0, None), FileFormatError, "tensors.layers.0.weight.data", "not a number"),
        (put(*WEIGHT, "data", 0, 0, 1e39), FileFormatError, "tensors.layers.0.weight.data", "too large"),
        (put(*WEIGHT, "data", 0, 0, 10**400), FileFormatError, "tensors.layers.0.weight.data", "too large"),
        (put("tensors", "layers.9.weight", 7), FileFormatError, "tensors.layers.9.weight", "type, shape and data"),
        (put("network", "layers", 0, "size", 0), FileFormatError, "network.layers[0].size", "got 0"),
        (put("network", 3), FileFormatError, "network", "an object"),
        (put("training", "epochs", -1), FileFormatError, "training.epochs", "got -1"),
        (put("network", "layers", 0, "size", 3), MismatchError, "layers.0.weight", "the network needs (3, 3)"),
        (
            put("tensors", "layers.9.bias", {"type": "float32", "shape": [], "data": 0}),
            MismatchError,
            "layers.9.bias",
            "no such array",
        ),
        (lambda document: document.pop("network"), FileFormatError, "network", "missing"),
        (lambda document: document["tensors"].pop("layers.0.bias"), MismatchError, "layers.0.bias", "missing"),
    ],
)
def test_a_fault_of_the_json_is_told_at_its_place(change, error, path, told):
    with pytest.raises(error) as caught:
        from_json(edited(change))
    assert path in [fault.path for fault in caught.value.faults]
    assert told in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_all_faults_are_told_at_once():
    def change(document):
        document["network"]["layers"][0]["neuron"]["beta"] = 1.5
        document["training"]["num_steps"] = 0
        document["tensors"]["layers.0.bias"]["type"] = "int8"
        document["tensors"]["layers.0.weight"]["data"] = []

    with pytest.raises(FileFormatError) as caught:
        from_json(edited(change))
    assert [fault.path for fault in caught.value.faults] == [
        "network.layers[0].neuron.beta",
        "training.num_steps",
        "tensors.layers.0.weight.data",
        "tensors.layers.0.bias.type",
    ]


def test_weights_without_a_training_are_read():
    assert from_json(edited(put("training", None))).training is None


GOOD = to_json(trained(3, 2))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"hello", "neither JSON nor safetensors"),
        (b"PK\x03\x04....", "The NPZ is damaged"),
        (b"\x80\x04\x95pickle", "could run code"),
        (b"\x89HDF", "neither JSON nor safetensors"),
        (b"{}", "it has no format"),
        (b"[1, 2]", "it has no format"),
        (GOOD[: len(GOOD) // 2], "ends too early"),
        (GOOD[:-2], "ends too early"),
        (GOOD + GOOD, "second document"),
        (GOOD.replace(b"{", b"{,", 1), "Not JSON at line 1"),
        (GOOD.replace(b'"version": 1,', b'"version": 1, "version": 1,', 1), "given twice"),
        (GOOD.replace(b"[0.", b"[NaN, 0.", 1), "NaN is not a JSON number"),
        (GOOD.replace(b"[0.", b"[-Infinity, 0.", 1), "-Infinity is not"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "too many digits"),
    ],
)
def test_what_is_no_weight_file_is_told(raw, told):
    with pytest.raises(FileFormatError) as caught:
        read_weights(raw)
    assert told in str(caught.value)


def test_a_byte_order_mark_is_no_fault():
    assert_same(trained(3, 2), read_weights(b"\xef\xbb\xbf" + GOOD))


def test_limits_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(json_weights, "MAX_JSON_BYTES", 100)
    with pytest.raises(LimitError, match="at most 100"):
        read_weights(GOOD)
    monkeypatch.setattr("snntrainer3d.exports.reading.MAX_FILE_BYTES", 10)
    (tmp_path / "big").write_bytes(GOOD)
    with pytest.raises(LimitError, match="at most 10"):
        read_weights(tmp_path / "big")


def test_a_path_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="Check the path"):
        read_weights(tmp_path / "nothing")
    with pytest.raises(InputError, match="cannot be read"):
        read_weights(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_weights("nul\0byte")


def safetensors_with(metadata, arrays=None):
    import safetensors.numpy

    return safetensors.numpy.save({"a": np.zeros(2, np.float32)} if arrays is None else arrays, metadata)


@pytest.mark.parametrize(
    ("raw", "error", "told"),
    [
        (safetensors_with(None), FileFormatError, "has no spec"),
        (safetensors_with({"snntrainer3d": "{"}), FileFormatError, "ends too early"),
        (safetensors_with({"snntrainer3d": "{}"}), FileFormatError, "it has no format"),
        (
            safetensors_with({"snntrainer3d": '{"format": "snntrainer3d/weights", "version": 3}'}),
            FileFormatError,
            "update SNNtrainer3D",
        ),
        (
            safetensors_with({"snntrainer3d": '{"format": "snntrainer3d/weights", "version": 1}'}),
            FileFormatError,
            "cannot be used",
        ),
        (to_safetensors(trained(3, 2))[:-4], FileFormatError, "is damaged"),
        (to_safetensors(trained(3, 2)) + b"more", FileFormatError, "is damaged"),
        (to_safetensors(trained(3, 2)).replace(b'"F32"', b'"I32"'), MismatchError, "is int32, expected float32"),
        (to_safetensors(trained(3, 2)).replace(b'"F32"', b'"X32"'), FileFormatError, "is damaged"),
        (to_safetensors(trained(3, 2))[:30], FileFormatError, "cut short"),
    ],
)
def test_a_faulty_safetensors_file_is_told(raw, error, told):
    with pytest.raises(error) as caught:
        read_weights(raw)
    assert told in str(caught.value)


def test_the_weights_of_another_network_do_not_fit():
    header = json.loads(GOOD)
    del header["tensors"]
    other = dict(trained(4, 5, 2).tensors)
    with pytest.raises(MismatchError) as caught:
        from_safetensors(safetensors_with({"snntrainer3d": json.dumps(header)}, other))
    told = {fault.path: fault.message for fault in caught.value.faults}
    assert "the network needs (2, 3)" in told["layers.0.weight"]
    assert "no such array" in told["layers.1.bias"]


SOURCES = {form: write(trained(3, 2, 2)) for form, write in WRITERS.items()}


def damaged(draw, raw):
    raw = bytearray(raw)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw) - 1))
        if draw(st.booleans()):
            raw[at] = draw(st.integers(0, 255))
        else:
            raw[at : at + draw(st.integers(0, 9))] = draw(st.binary(max_size=9) | st.sampled_from(TOKENS))
    return bytes(raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw)


TOKENS = [b"null", b"true", b"[]", b"{}", b'"', b"1e999", b"-1", b"\\u0000", b"[[", b"}}", b"\xff" * 8]


@pytest.mark.parametrize("examples", [20, pytest.param(2000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", WRITERS)
def test_no_damage_escapes_our_errors(form, examples):
    @settings(max_examples=examples)
    @given(st.data())
    def holds(data):
        raw = damaged(data.draw, SOURCES[form])
        try:
            found = read_weights(raw)
        except InputError as error:
            told = error
        else:
            told = None
            assert isinstance(found, TrainedNetwork)
        assert told is None or (told.code in {"file_format", "mismatch", "limit"} and len(str(told)) < 20_000)

    holds()
