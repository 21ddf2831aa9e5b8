"""Sounds: every form of WAV that recorders write is read alike; what is damaged or cut short is a fault."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from own_files import packed, sound, written
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.reading import read
from snntrainer3d.data.wav import read_channels, read_wav
from snntrainer3d.errors import FileFormatError

RATE = 8_000
TONE = np.sin(2 * np.pi * 440 * np.arange(1600) / RATE) * 0.6


def of(values: np.ndarray, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    wavfile.write(file, rate, values)
    return file.getvalue()


def of_24_bits(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(3)
        opened.setframerate(RATE)
        whole = np.rint(values * (2**23 - 1)).astype("<i4")
        opened.writeframes(whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    return file.getvalue()


FORMS = {
    "16 bits": of(np.rint(TONE * 32767).astype(np.int16)),
    "8 bits": of(np.rint(TONE * 127 + 128).astype(np.uint8)),
    "24 bits": of_24_bits(TONE),
    "32 bits": of(np.rint(TONE * (2**31 - 1)).astype(np.int32)),
    "float": of(TONE.astype(np.float32)),
    "double": of(TONE),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_sound_is_the_same_sound(form: str) -> None:
    values, rate = read_wav(FORMS[form], "a.wav")
    assert rate == RATE
    assert np.allclose(values, TONE, atol=0.01)


def test_parts_that_are_no_sound_are_passed_over() -> None:
    extra = b"LIST" + struct.pack("<I", 5) + b"INFOx\0"
    content = FORMS["16 bits"]
    at = content.index(b"data")
    values, _ = read_wav(content[:at] + extra + content[at:] + extra, "a.wav")
    assert np.allclose(values, TONE, atol=0.01)


def test_channels_are_mixed(tmp_path: Path) -> None:
    both = np.stack([TONE, np.zeros_like(TONE)], axis=1).astype(np.float32)
    channels, _ = read_channels(of(both), "a.wav")
    assert channels.shape == (1600, 2)
    assert np.allclose(read_wav(of(both), "a.wav")[0], TONE / 2, atol=1e-6)
    found = read_set(
        tmp_path, {"a/0.wav": of(both), "a/1.wav": sound(300), "b/0.wav": sound(500), "b/1.wav": sound(600)}
    )
    assert "1 of 4 sounds (a/0.wav) has several channels, of which the mean is taken." in found.report.read


def changed(at: int, values: bytes) -> bytes:
    content = bytearray(FORMS["16 bits"])
    content[at : at + len(values)] = values
    return bytes(content)


WHOLE = FORMS["16 bits"]
DAMAGED = {
    "cut in the sound": (WHOLE[:1000], "of 3,200 bytes of sound it holds 956, the rest is cut off"),
    "cut by a byte": (WHOLE[:-1], "the rest is cut off"),
    "cut before the sound": (WHOLE[:44], "of 3,200 bytes of sound it holds 0"),
    "cut in the header": (WHOLE[:30], "it has no sound in it"),
    "nothing": (b"", "does not begin as one"),
    "an MP3": (b"ID3\3" + bytes(60), "does not begin as one"),
    "broken off while recording": (changed(40, b"\xff\xff\xff\xff"), "does not say how long it is"),
    "never finished": (changed(40, bytes(4)), "holds no sound"),
    "µ-law": (changed(20, b"\7\0"), "of a form that is not read (µ-law)"),
    "ADPCM": (changed(20, b"\2\0"), "of a form that is not read (ADPCM)"),
    "a form of nobody": (changed(20, b"\x99\0"), "of a form that is not read."),
    "no channels": (changed(22, b"\0\0"), "its header is damaged"),
    "a rate of no microphone": (of(np.zeros(100, np.int16), 100), "a rate of 100 Hz"),
    "no number": (of(np.full(100, np.nan, np.float32)), "no finite numbers"),
    "beyond all numbers": (of(np.full(100, 1e300)), "no finite numbers"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_sound_is_a_fault_in_plain_words(kind: str, tmp_path: Path) -> None:
    content, words = DAMAGED[kind]
    with pytest.raises(FileFormatError) as caught:
        read_set(
            tmp_path, {**{f"a/{at}.wav": sound(300 + at) for at in range(2)}, "b/0.wav": content, "b/1.wav": sound(9)}
        )
    (fault,) = caught.value.faults
    assert fault.path == "b/0.wav"
    assert words in fault.message


def read_set(folder: Path, files: dict[str, bytes]) -> Gathered:
    return read([written(folder, "set.zip", packed(files))], "set.zip", Choice())


def test_silence_length_and_loudness_are_told(tmp_path: Path) -> None:
    files = {
        "a/0.wav": sound(300, seconds=0.1),
        "a/1.wav": of(np.zeros(800, np.int16)),
        "b/0.wav": sound(500),
        "b/1.wav": sound(600),
    }
    files["b/1.wav"] = of(np.full(800, 77, np.int16))
    found = read_set(tmp_path, files)
    assert found.report.notes == ("2 of 4 sounds (a/1.wav, b/1.wav) have silence alone.",)
    assert "All 4 sounds have 8,000 values a second and last 0.1 to 0.2 s." in found.report.read
    assert "its loudest band is 1, 60 dB below that is 0" in found.report.scaling[0]
    assert found.places == ("a/0.wav", "a/1.wav", "b/0.wav", "b/1.wav")


def test_channels_that_cancel_each_other_are_not_called_silence(tmp_path: Path) -> None:
    tone = (20_000 * np.sin(np.arange(1600) / 4)).astype(np.int16)
    files = {
        "a/0.wav": of(np.stack([tone, -tone], 1)),
        "a/1.wav": sound(300),
        "b/0.wav": sound(500),
        "b/1.wav": sound(600),
    }
    notes = read_set(tmp_path, files).report.notes
    assert notes == ("1 of 4 sounds (a/0.wav) has channels that cancel each other: their mean is silence. Keep one.",)
