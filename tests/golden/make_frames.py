"""Write the golden weight frames that the tests of both languages read: each `NAME.bin` with a `NAME.json` beside it.

Run it only when the format changes, with a new version: `python tests/golden/make_frames.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from snntrainer3d.frames import Frame, decode_frame, encode_frame, make_frame

FOLDER = Path(__file__).parent / "frames"


def tiny() -> Frame:
    """2-2-1, small enough to check by hand; the first frame of a run."""
    weights = [np.array([[1.0, -0.5], [0.25, 0.0]], np.float32), np.array([[-2.0, 2.0]], np.float32)]
    return make_frame("0123456789ab", 1, 0, 0, weights, rates=[0.0, 0.0])


def odd() -> Frame:
    """7-5-3-2: blocks of 35, 15 and 6 bytes, so each needs padding; the last layer all zeros; changes since before."""
    generator = np.random.default_rng(3)
    shapes = [(5, 7), (3, 5), (2, 3)]
    old = [generator.normal(0, 0.4, shape).astype(np.float32) for shape in shapes]
    new = [matrix + generator.normal(0, 0.1, matrix.shape).astype(np.float32) for matrix in old]
    new[2][:] = 0.0
    before = make_frame("odd", 41, 310, 3, old)
    return make_frame("odd", 42, 320, 4, new, rates=[0.125, 0.0625, 0.0], before=before)


def describe(data: bytes) -> dict[str, object]:
    """Give everything a frame holds; floats are those of its 4 bytes, written out in full."""
    frame = decode_frame(data)
    return {
        "run": frame.run,
        "sequence": frame.sequence,
        "update": frame.update,
        "epoch": frame.epoch,
        "bytes": len(data),
        "layers": [
            {"scale": layer.scale, "change": layer.change, "rate": layer.rate, "values": layer.values.tolist()}
            for layer in frame.layers
        ],
    }


def main() -> None:
    """Write both files of every frame."""
    FOLDER.mkdir(exist_ok=True)
    for name, frame in {"tiny-2-2-1": tiny(), "odd-7-5-3-2": odd()}.items():
        data = encode_frame(frame)
        (FOLDER / f"{name}.bin").write_bytes(data)
        (FOLDER / f"{name}.json").write_text(json.dumps(describe(data)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
