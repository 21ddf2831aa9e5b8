"""The Free Spoken Digit Dataset: its own folder of recordings, or one archive of them; as bands of pitch over time."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from snntrainer3d.data.catalogue import SPOKEN_DIGITS
from snntrainer3d.data.dataset import Dataset, Split
from snntrainer3d.data.filter_bank import bands_over_time
from snntrainer3d.data.wav import read_wav
from snntrainer3d.errors import FileFormatError, LimitError

ARCHIVE = "fsdd.npz"
RECORDINGS = "recordings"
AUDIO_SHA256 = "801bcecb25fa3bfb54fb3c0b1d94732d8456ce5b0c1f036667852a341a3aacd4"
"""Of the archive's samples, little-endian 16 bits, in the order digit, speaker, number."""
HOW_TO_GET = (
    "Clone https://github.com/Jakobovski/free-spoken-digit-dataset (version 1.0.10) and put its folder recordings into"
)
TEST_NUMBERS = 5
"""Recordings 0 to 4 of each speaker and digit are the official test set."""
_MAX_ARCHIVE_BYTES = 200_000_000
_NAME = re.compile(r"(\d)_([a-z]+)_(\d+)\.wav")

Clip = tuple[int, str, int, np.ndarray, int]
"""Digit, speaker, number, samples, rate."""


def here(folder: Path) -> bool:
    """Tell whether the recordings lie in the folder, in either form."""
    return (folder / ARCHIVE).is_file() or (folder / RECORDINGS).is_dir()


def load_spoken_digits(folder: Path) -> Dataset:
    """Read the recordings and give 40 moments of 32 bands of each; raises FileFormatError naming what is wrong."""
    clips = sorted(
        _from_archive(folder / ARCHIVE) if (folder / ARCHIVE).is_file() else _from_folder(folder),
        key=lambda clip: clip[:3],
    )
    wanted = SPOKEN_DIGITS.train_samples + SPOKEN_DIGITS.test_samples
    tests = np.array([number < TEST_NUMBERS for _, _, number, _, _ in clips])
    if len(clips) != wanted or tests.sum() != SPOKEN_DIGITS.test_samples:
        raise FileFormatError(
            f"{folder} holds {len(clips):,} recordings, {tests.sum()} of them official tests; expected {wanted:,} and "
            f"{SPOKEN_DIGITS.test_samples}.",
            hint=f"{HOW_TO_GET} {folder}.",
        )
    labels = np.array([digit for digit, *_ in clips], np.int64)
    frames = np.stack([_frames(samples, rate) for *_, samples, rate in clips])
    return Dataset(
        SPOKEN_DIGITS, Split(frames[~tests], labels[~tests]), Split(frames[tests], labels[tests]), input_scale=1 / 255
    )


def _frames(samples: np.ndarray, rate: int) -> UInt8[np.ndarray, "frame band"]:
    return bands_over_time(samples, rate, SPOKEN_DIGITS.frames, SPOKEN_DIGITS.input_size)


def _from_folder(folder: Path) -> Iterator[Clip]:
    for path in sorted((folder / RECORDINGS).glob("*.wav")):
        found = _NAME.fullmatch(path.name)
        if found is None:
            raise FileFormatError(f"{path} is no recording's name.", hint="They are called 7_jackson_32.wav.")
        yield int(found[1]), found[2], int(found[3]), *read_wav(path.read_bytes(), str(path))


def _from_archive(path: Path) -> Iterator[Clip]:
    """Read `audio`, all clips joined, cut at `offsets`, with `y`, `speaker`, `index` and `rate`."""
    if path.stat().st_size > _MAX_ARCHIVE_BYTES:
        raise LimitError(f"{path} has {path.stat().st_size:,} bytes, at most {_MAX_ARCHIVE_BYTES:,} are read.")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            audio, offsets, digits = arrays["audio"], arrays["offsets"], arrays["y"]
            speakers, numbers, rate = arrays["speaker"], arrays["index"], int(arrays["rate"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise FileFormatError(f"{path} is damaged or cannot be read.", hint=f"{HOW_TO_GET} {path.parent}.") from None
    keys = zip(digits.tolist(), speakers.tolist(), numbers.tolist(), range(len(digits)), strict=True)
    pieces = [(*key, audio[offsets[at] : offsets[at + 1]]) for *key, at in sorted(keys)]
    checksum = hashlib.sha256()
    for *_, piece in pieces:
        checksum.update(piece.astype("<i2").tobytes())
    if checksum.hexdigest() != AUDIO_SHA256:
        raise FileFormatError(f"{path} has a wrong checksum.", hint=f"{HOW_TO_GET} {path.parent}.")
    for digit, speaker, number, piece in pieces:
        yield digit, speaker, number, piece, rate
