"""WAV files as one channel of numbers from −1 to 1."""

from __future__ import annotations

import io
import warnings

import numpy as np
from jaxtyping import Float32

from snntrainer3d.errors import FileFormatError, LimitError

MAX_SECONDS = 60.0
MAX_BYTES = 50_000_000
RATES_HZ = (4_000, 192_000)


def read_wav(content: bytes, name: str) -> tuple[Float32[np.ndarray, "sample"], int]:
    """Give a sound and its rate in Hz; of several channels their mean.

    Args:
        name: what the file is called in faults.

    Raises:
        FileFormatError: no WAV file, damaged, empty, or of a rate that no microphone has.
        LimitError: longer than a minute or larger than 50 MB.
    """
    from scipy.io import wavfile

    if len(content) > MAX_BYTES:
        raise LimitError(f"{name} has {len(content):,} bytes, at most {MAX_BYTES:,} are read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that are no sound
            rate, samples = wavfile.read(io.BytesIO(content))
    except Exception as error:  # scipy raises whatever a damaged header leads it into
        reason = str(error).rstrip(".") or type(error).__name__
        raise FileFormatError(f"{name} is not a whole WAV file: {reason}.", hint="Save it as PCM WAV.") from None
    if not RATES_HZ[0] <= rate <= RATES_HZ[1]:
        raise FileFormatError(f"{name} says a rate of {rate:,} Hz, expected {RATES_HZ[0]:,} to {RATES_HZ[1]:,}.")
    if len(samples) == 0:
        raise FileFormatError(f"{name} holds no sound.", hint="Leave it out, or record it again.")
    if len(samples) > MAX_SECONDS * rate:
        raise LimitError(f"{name} lasts {len(samples) / rate:.0f} s, at most {MAX_SECONDS:.0f} s are read.")
    return _one_channel(samples, name), rate


def _one_channel(samples: np.ndarray, name: str) -> Float32[np.ndarray, "sample"]:
    values = samples.astype(np.float64)
    if samples.dtype == np.uint8:
        values = (values - 128.0) / 128.0
    elif np.issubdtype(samples.dtype, np.integer):
        values /= -float(np.iinfo(samples.dtype).min)
    if not np.isfinite(values).all():
        raise FileFormatError(f"{name} holds values that are no finite numbers.")
    return (values if values.ndim == 1 else values.mean(axis=1)).astype(np.float32)
