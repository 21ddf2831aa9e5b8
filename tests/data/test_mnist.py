"""MNIST's files: real ones where $SNNTRAINER3D_DATA names them, made-up ones for everything that can be wrong."""

import contextlib
import dataclasses
import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.data import describe, load, read_idx
from snntrainer3d.data.mnist import load_mnist
from snntrainer3d.errors import FileFormatError, LimitError, NotFoundError

SMALL = dataclasses.replace(describe("mnist"), train_samples=20, test_samples=10)


def idx_bytes(values: np.ndarray) -> bytes:
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def packed(raw: bytes) -> bytes:
    """The same bytes each time, so that every process that collects these tests finds the same ones."""
    return gzip.compress(raw, mtime=0)


def write_small(folder: Path) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    arrays = {}
    for part, samples in (("train", 20), ("t10k", 10)):
        arrays[f"{part}-images-idx3-ubyte.gz"] = generator.integers(0, 256, (samples, 28, 28))
        arrays[f"{part}-labels-idx1-ubyte.gz"] = np.arange(samples) % 10
    for name, values in arrays.items():
        (folder / name).write_bytes(packed(idx_bytes(values)))
    return arrays


def test_whole_files_are_read(tmp_path):
    arrays = write_small(tmp_path)
    dataset = load_mnist(tmp_path, SMALL)
    assert np.array_equal(dataset.train.inputs[:, 0], arrays["train-images-idx3-ubyte.gz"])
    assert np.array_equal(dataset.test.labels, arrays["t10k-labels-idx1-ubyte.gz"])
    assert dataset.train.inputs.flags.writeable, "torch warns of arrays that are not"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("train-images-idx3-ubyte.gz", b"", "begins with nothing"),
        ("train-images-idx3-ubyte.gz", b"<html>not found</html>", "begins with 3c 68"),
        ("train-images-idx3-ubyte.gz", packed(b"\0\0\x0d\x03" + bytes(12)), "expected 00 00 08"),
        ("train-images-idx3-ubyte.gz", packed(b"\0\0\x08\x03\0\0"), "within its header"),
        ("t10k-images-idx3-ubyte.gz", packed(idx_bytes(np.zeros((9, 28, 28)))), "9×28×28"),
        ("t10k-images-idx3-ubyte.gz", packed(idx_bytes(np.zeros((10, 8, 8)))), "expected 10×28×28"),
        ("t10k-labels-idx1-ubyte.gz", packed(idx_bytes(np.zeros(11))), "holds 11 values"),
        ("t10k-labels-idx1-ubyte.gz", packed(idx_bytes(np.full(10, 10))), "label 10 at 0"),
        ("t10k-labels-idx1-ubyte.gz", packed(idx_bytes(np.zeros(10)) + b"x"), "more follows"),
        ("t10k-labels-idx1-ubyte.gz", packed(idx_bytes(np.zeros(10)))[:-9], "damaged|ends after"),
        ("t10k-labels-idx1-ubyte.gz", packed(idx_bytes(np.zeros(10))[:-1]), "ends after 9 of 10"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, name, content, told):
    write_small(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFormatError, match=told) as caught:
        load_mnist(tmp_path, SMALL)
    assert str(tmp_path / name) in str(caught.value)


def test_a_header_that_announces_too_much_takes_no_memory(tmp_path):
    (tmp_path / "huge").write_bytes(packed(struct.pack(">HBBII", 0, 8, 2, 2**31, 2**31)))
    with pytest.raises(LimitError, match="at most 2,000,000,000"):
        read_idx(tmp_path / "huge")
    (tmp_path / "liar").write_bytes(packed(struct.pack(">HBBI", 0, 8, 1, 1_900_000_000) + b"few"))
    tracemalloc.start()
    with pytest.raises(FileFormatError, match="ends after 3"):
        read_idx(tmp_path / "liar")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50_000_000


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(NotFoundError, match="nothing-here"):
        read_idx(tmp_path / "nothing-here")


@pytest.mark.slow
@settings(max_examples=60)
@given(st.data())
def test_no_damage_escapes_our_errors(tmp_path_factory, data):
    plain = idx_bytes(np.arange(60).reshape(3, 4, 5))
    raw = bytearray(packed(plain) if data.draw(st.booleans()) else plain)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    path = tmp_path_factory.getbasetemp() / "damaged.idx"
    path.write_bytes(raw)
    with contextlib.suppress(FileFormatError, LimitError):
        assert read_idx(path).dtype == np.uint8


@pytest.mark.mnist
def test_the_real_mnist_has_the_known_moments():
    dataset = load("mnist")
    assert dataset.train.inputs.shape == (60_000, 1, 28, 28)
    assert dataset.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert dataset.mean == pytest.approx(0.1306604762738429, abs=1e-12)
    assert dataset.std == pytest.approx(0.30810780717887876, abs=1e-7)
