"""Spoken digits: sounds become bands of pitch over time; the official recordings are read, others refused."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from snntrainer3d.data import available, fetch, load
from snntrainer3d.data.filter_bank import bands_over_time
from snntrainer3d.data.spoken_digits import load_spoken_digits
from snntrainer3d.data.wav import read_wav
from snntrainer3d.errors import DataUnavailableError, FileFormatError, LimitError

needs_recordings = pytest.mark.skipif(
    not (Path(os.environ.get("SNNTRAINER3D_DATA", "/nowhere")) / "spoken-digits").is_dir(),
    reason="needs spoken digits: set SNNTRAINER3D_DATA to a folder that holds spoken-digits/",
)
RATE = 8000


def wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    """Give a WAV file."""
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()


def tone(hertz: float, seconds: float = 0.5) -> np.ndarray:
    """Give a tone as 16-bit samples."""
    return (20_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def test_a_tone_lights_its_band_and_a_higher_tone_a_higher_one() -> None:
    loudest = [
        int(np.median(bands_over_time(tone(hertz), RATE, 20, 32)[2:-2].argmax(axis=1))) for hertz in (200, 800, 2000)
    ]
    assert loudest == sorted(set(loudest))
    assert loudest[0] < 8 < loudest[1] < 20 <= loudest[2]


def test_frames_follow_the_sound_in_time_and_loudness() -> None:
    sound = np.concatenate([np.zeros(2000, np.int16), tone(700, 0.25)])
    bands = bands_over_time(sound, RATE, 20, 32)
    assert bands.dtype == np.uint8
    assert bands.shape == (20, 32)
    assert bands[:9].max() == 0
    assert bands[11:].max() == 255
    # Ten decibels are a sixth of the range of 60.
    quieter = np.concatenate([tone(700, 0.25), (tone(700, 0.25) / 10**0.5).astype(np.int16)])
    levels = bands_over_time(quieter, RATE, 20, 32).max(axis=1).astype(int)
    assert levels[3] - levels[15] == pytest.approx(255 / 6, abs=2)


@pytest.mark.parametrize("samples", [np.zeros(4000, np.int16), np.zeros(3, np.int16), np.array([5], np.int16)])
def test_silence_and_clicks_are_frames_too(samples: np.ndarray) -> None:
    assert bands_over_time(samples, RATE, 10, 8).shape == (10, 8)


def test_wav_files_of_every_depth_and_several_channels_are_read() -> None:
    sound = tone(440)
    expected = sound / 32768.0
    for file in (
        wav(sound),
        wav(sound.astype(np.int32) << 16),
        wav((sound / 32768.0).astype(np.float32)),
        wav(np.stack([sound, sound], axis=1)),
    ):
        values, rate = read_wav(file, "a.wav")
        assert rate == RATE
        assert np.allclose(values, expected, atol=1e-4)
    values, _ = read_wav(wav(((sound >> 8) + 128).astype(np.uint8)), "a.wav")
    assert np.allclose(values, expected, atol=0.01)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "a.wav is not a whole WAV file"),
        (b"RIFF", "not a whole WAV file"),
        (wav(tone(440))[:60][:30], "not a whole WAV file"),
        (b"ID3" + bytes(200), "not a whole WAV file"),
        (wav(np.zeros(0, np.int16)), "holds no sound"),
        (wav(tone(440), rate=10), "a rate of 10 Hz"),
        (wav(np.array([0.0, np.nan], np.float32)), "no finite numbers"),
    ],
)
def test_what_is_no_sound_is_refused_by_name(content: bytes, told: str) -> None:
    with pytest.raises(FileFormatError, match=told):
        read_wav(content, "a.wav")


def test_a_sound_of_hours_is_refused() -> None:
    with pytest.raises(LimitError, match="at most 60 s"):
        read_wav(wav(np.zeros(RATE * 61, np.int16)), "a.wav")


def test_a_folder_of_recordings_with_some_missing_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "3_jackson_0.wav").write_bytes(wav(tone(440)))
    with pytest.raises(FileFormatError, match="holds 1 recordings, 1 of them official tests; expected 3,000") as caught:
        load_spoken_digits(tmp_path)
    assert "free-spoken-digit-dataset" in caught.value.hint
    (folder / "three.wav").write_bytes(wav(tone(440)))
    with pytest.raises(FileFormatError, match=r"three.wav is no recording's name"):
        load_spoken_digits(tmp_path)


def test_an_archive_that_was_changed_is_refused(tmp_path: Path) -> None:
    arrays = {"audio": np.zeros(8, np.int16), "offsets": [0, 4, 8], "y": [1, 2], "speaker": ["a", "b"], "index": [0, 9]}
    np.savez(tmp_path / "fsdd.npz", **arrays, rate=8000)
    with pytest.raises(FileFormatError, match="wrong checksum"):
        load_spoken_digits(tmp_path)
    (tmp_path / "fsdd.npz").write_bytes(b"PK\3\4 cut")
    with pytest.raises(FileFormatError, match="is damaged"):
        load_spoken_digits(tmp_path)


def test_who_lacks_the_recordings_is_told_where_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SNNTRAINER3D_DATA", str(tmp_path))
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path))
    assert not available("spoken-digits")
    with pytest.raises(DataUnavailableError) as caught:
        fetch("spoken-digits")
    assert "Clone https://github.com/Jakobovski/free-spoken-digit-dataset" in caught.value.hint


@needs_recordings
@pytest.mark.slow
def test_the_recordings_are_read_whole_and_split_officially() -> None:
    dataset = load("spoken-digits")
    assert dataset.train.inputs.shape == (2700, 40, 32)
    assert dataset.test.inputs.shape == (300, 40, 32)
    assert np.bincount(dataset.test.labels).tolist() == [30] * 10
    assert np.bincount(dataset.train.labels).tolist() == [270] * 10
    assert 0.2 < dataset.mean < 0.5
