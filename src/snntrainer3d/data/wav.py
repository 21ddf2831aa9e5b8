"""WAV files as numbers from −1 to 1."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import FileFormatError, LimitError

MAX_SECONDS = 60.0
MAX_BYTES = 50_000_000
RATES_HZ = (4_000, 192_000)
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FORMS = {2: "ADPCM", 6: "A-law", 7: "µ-law", 17: "ADPCM", 85: "MP3"}
_UNKNOWN_SIZE = 0xFFFFFFFF
_HINT = "Save it as PCM WAV."


def read_wav(content: bytes, name: str) -> tuple[Float32[np.ndarray, "sample"], int]:
    """Give a sound and its rate in Hz; of several channels their mean.

    Args:
        name: what the file is called in faults.

    Raises:
        FileFormatError: no WAV file, damaged, cut short, empty, or of a rate that no microphone has.
        LimitError: longer than a minute or larger than 50 MB.
    """
    channels, rate = read_channels(content, name)
    return channels.mean(axis=1, dtype=np.float64).astype(np.float32), rate


def read_channels(content: bytes, name: str) -> tuple[Float32[np.ndarray, "sample channel"], int]:
    """Return a sound with its channels and its rate in Hz; raises FileFormatError, LimitError as `read_wav`."""
    from scipy.io import wavfile

    if len(content) > MAX_BYTES:
        raise LimitError(f"{name} has {len(content):,} bytes, at most {MAX_BYTES:,} are read.")
    _check_whole(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that are no sound
            rate, samples = wavfile.read(io.BytesIO(content))
    except Exception:  # scipy raises whatever a damaged header leads it into
        raise FileFormatError(f"{name} is not a whole WAV file: its header is damaged.", hint=_HINT) from None
    if not RATES_HZ[0] <= rate <= RATES_HZ[1]:
        raise FileFormatError(f"{name} says a rate of {rate:,} Hz, expected {RATES_HZ[0]:,} to {RATES_HZ[1]:,}.")
    if len(samples) == 0:
        raise FileFormatError(f"{name} holds no sound.", hint="Leave it out, or record it again.")
    if len(samples) > MAX_SECONDS * rate:
        raise LimitError(f"{name} lasts {len(samples) / rate:.0f} s, at most {MAX_SECONDS:.0f} s are read.")
    return _from_minus_1_to_1(samples, name), rate


def _check_whole(content: bytes, name: str) -> None:
    """Refuse what is cut short, which scipy reads as far as it goes, and forms of sound that it does not know."""
    what = f"{name} is not a whole WAV file"
    if content[:4] not in (b"RIFF", b"RIFX", b"RF64") or content[8:12] != b"WAVE":
        raise FileFormatError(f"{what}: it does not begin as one.", hint=_HINT)
    order = ">" if content[:4] == b"RIFX" else "<"
    form = 0
    for chunk, begin, size in _chunks(content, order):
        if chunk == b"fmt " and len(content) >= begin + 16:
            form = struct.unpack_from(f"{order}H", content, begin)[0]
            if form == _EXTENSIBLE and size >= 26 and len(content) >= begin + 26:
                form = struct.unpack_from(f"{order}H", content, begin + 24)[0]
            if form not in (_PCM, _FLOAT):
                called = f" ({_FORMS[form]})" if form in _FORMS else ""
                raise FileFormatError(f"{name} holds sound of a form that is not read{called}.", hint=_HINT)
        if chunk == b"data":
            held = len(content) - begin
            if size == _UNKNOWN_SIZE and content[:4] != b"RF64":
                raise FileFormatError(
                    f"{name} does not say how long it is, as a recording that was broken off.", hint=_HINT
                )
            if size > held and content[:4] != b"RF64":
                hint = "Copy it again, or leave it out."
                raise FileFormatError(
                    f"{what}: of {size:,} bytes of sound it holds {held:,}, the rest is cut off.", hint=hint
                )
            if not form:
                break
            return
    raise FileFormatError(f"{what}: it has no sound in it.", hint=_HINT)


def _chunks(content: bytes, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Give the name, the begin and the size of each part, as far as there are some."""
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int(struct.unpack_from(f"{order}I", content, at + 4)[0])
        yield name, at + 8, size
        at += 8 + size + size % 2


def _from_minus_1_to_1(samples: np.ndarray, name: str) -> Float32[np.ndarray, "sample channel"]:
    values = samples.astype(np.float64)
    if samples.dtype == np.uint8:
        values = (values - 128.0) / 128.0
    elif np.issubdtype(samples.dtype, np.integer):
        values /= -float(np.iinfo(samples.dtype).min)
    if not np.isfinite(values).all() or np.abs(values).max() > np.finfo(np.float32).max:
        raise FileFormatError(f"{name} holds values that are no finite numbers.")
    return values.reshape(len(values), -1).astype(np.float32)
