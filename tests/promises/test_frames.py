"""The weight frame: one form for Python and the browser, held by golden files that both languages read."""

import contextlib
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from snntrainer3d.errors import FileFormatError
from snntrainer3d.frames import Frame, FrameLayer, decode_frame, encode_frame, frame_bytes, make_frame, quantise

FOLDER = Path(__file__).parents[1] / "golden" / "frames"
GOLDEN = sorted(path.stem for path in FOLDER.glob("*.bin"))


def golden(name: str) -> tuple[bytes, dict]:
    return (FOLDER / f"{name}.bin").read_bytes(), json.loads((FOLDER / f"{name}.json").read_text())


def test_there_are_golden_frames():
    assert GOLDEN == ["odd-7-5-3-2", "tiny-2-2-1"]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_frame_is_read_as_described(name):
    data, described = golden(name)
    frame = decode_frame(data)
    assert [frame.run, frame.sequence, frame.update, frame.epoch, len(data)] == [
        described[key] for key in ("run", "sequence", "update", "epoch", "bytes")
    ]
    for layer, wanted in zip(frame.layers, described["layers"], strict=True):
        assert layer.values.tolist() == wanted["values"]
        assert [layer.scale, layer.change, layer.rate] == [wanted[key] for key in ("scale", "change", "rate")]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_frame_is_written_to_the_byte(name):
    data, described = golden(name)
    layers = tuple(
        FrameLayer(np.array(layer["values"], np.int8), layer["scale"], layer["change"], layer["rate"])
        for layer in described["layers"]
    )
    frame = Frame(described["run"], described["sequence"], described["update"], described["epoch"], layers)
    assert encode_frame(frame) == data
    assert frame_bytes([layer.values.shape for layer in layers]) == len(data)


def test_the_tiny_frame_byte_by_byte():
    """Without our code: 40 bytes of header, 2 rows of 32, blocks of 4 and 2 + 2 bytes."""
    data, _ = golden("tiny-2-2-1")
    assert len(data) == 40 + 2 * 32 + 4 + 4
    assert struct.unpack_from("<4sHHIIII", data) == (b"S3DF", 1, 2, 1, 0, 0, 0)
    assert data[24:40] == b"0123456789ab\0\0\0\0"
    assert struct.unpack_from("<IIfffIII", data, 40) == (2, 2, np.float32(1 / 127), 0.0, 0.0, 104, 4, 0)
    assert struct.unpack_from("<IIfffIII", data, 72) == (1, 2, np.float32(2 / 127), 0.0, 0.0, 108, 2, 0)
    assert struct.unpack_from("<4b", data, 104) == (127, -64, 32, 0)
    assert struct.unpack_from("<2b", data, 108) == (-127, 127)


SMALLEST, LARGEST = 2.0**-60, 2.0**20
"""Weights are of everyday size, or zero: 127 over the smallest floats is no longer a float32."""
SIZES = st.floats(SMALLEST, LARGEST, width=32)
WEIGHTS = npst.arrays(
    np.float32,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.one_of(st.just(0.0), SIZES, SIZES.map(lambda size: -size)),
)


@pytest.mark.slow
@given(WEIGHTS)
def test_int8_weights_are_off_by_half_a_level_at_most(weights):
    values, scale = quantise(weights)
    assert np.abs(values.astype(np.float64) * scale - weights).max() <= scale * (0.5 + 1e-4)
    assert scale == 0.0 or np.abs(values).max() == 127


@pytest.mark.slow
@given(st.lists(WEIGHTS, min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_what_is_written_is_read_again(weights, number):
    frame = make_frame("abc", number, 7, 3, weights, rates=[0.5])
    data = encode_frame(frame)
    again = decode_frame(data)
    assert len(data) == frame_bytes([matrix.shape for matrix in weights])
    assert encode_frame(again) == data
    assert again.sequence == number
    assert [layer.values.tolist() for layer in again.layers] == [layer.values.tolist() for layer in frame.layers]


@pytest.mark.slow
@settings(max_examples=60)
@given(st.data())
def test_a_damaged_frame_is_refused_or_read_never_more(data):
    raw = bytearray(golden(data.draw(st.sampled_from(GOLDEN)))[0])
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    with contextlib.suppress(FileFormatError):
        decode_frame(bytes(raw))


@pytest.mark.parametrize(
    ("at", "new", "told"),
    [
        (0, b"RIFF", "not a weight frame"),
        (4, b"\x02\0", "version 2, this release reads 1"),
        (6, b"\xff\xff", "truncat"),
    ],
)
def test_a_foreign_frame_is_told(at, new, told):
    raw = bytearray(golden("tiny-2-2-1")[0])
    raw[at : at + len(new)] = new
    with pytest.raises(FileFormatError, match=told):
        decode_frame(bytes(raw))
